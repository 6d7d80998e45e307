# SPDX-License-Identifier: Apache-2.0
# The jar is built outside (mvn package); this lays it out, trains an AOT cache for it, and runs it as nobody in particular.
FROM eclipse-temurin:25-jre AS layout
# the time of all files, which the cache below compares: that of the files in the jar (project.build.outputTimestamp)
ARG SOURCE_DATE_EPOCH=1767225600
WORKDIR /application
COPY target/imprimatur-*.jar application.jar
RUN java -Djarmode=tools -jar application.jar extract --layers --destination layers \
      && find layers -exec touch --date="@$SOURCE_DATE_EPOCH" {} +

FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="Imprimatur" org.opencontainers.image.licenses="Apache-2.0"
# without useradd, which records the day
RUN echo "imprimatur:x:10001:10001::/var/lib/imprimatur:/usr/sbin/nologin" >> /etc/passwd && echo "imprimatur:x:10001:" >> /etc/group \
      && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/imprimatur
WORKDIR /application
COPY --from=layout /application/layers/dependencies/ ./
COPY --from=layout /application/layers/spring-boot-loader/ ./
COPY --from=layout /application/layers/snapshot-dependencies/ ./
COPY --from=layout /application/layers/application/ ./
# a start on embedded stores that ends once the context is up; the cache is of use to a start with the same access only
RUN java -XX:AOTCacheOutput=application.aot --enable-native-access=ALL-UNNAMED -Dspring.context.exit=onRefresh \
      -Dimprimatur.data-dir=/tmp/training -jar application.jar && rm -rf /tmp/*
# a number, so that an orchestrator can see that it is not root
USER 10001:10001
# all that is written is in this volume and in /tmp, which must allow programs: a library for compression is unpacked there
ENV IMPRIMATUR_DATA_DIR=/var/lib/imprimatur/data
VOLUME /var/lib/imprimatur
EXPOSE 8080
# the image has no curl; “live” also holds while the server waits for its stores
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=6 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /actuator/health/liveness HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
# the bytes of guides, outside the heap, may take three quarters as much again
ENTRYPOINT ["java", "-XX:AOTCache=application.aot", "-XX:MaxRAMPercentage=45", "--enable-native-access=ALL-UNNAMED", "-jar", "application.jar"]
