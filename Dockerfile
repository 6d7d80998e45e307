# SPDX-License-Identifier: Apache-2.0
# The jar is built outside (mvn package); this lays it out, trains an AOT cache for it, and runs it as nobody in particular.
FROM eclipse-temurin:25-jre AS layout
WORKDIR /application
COPY target/imprimatur-*.jar application.jar
RUN java -Djarmode=tools -jar application.jar extract --layers --destination layers

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/imprimatur imprimatur
WORKDIR /application
COPY --from=layout /application/layers/dependencies/ ./
COPY --from=layout /application/layers/spring-boot-loader/ ./
COPY --from=layout /application/layers/snapshot-dependencies/ ./
COPY --from=layout /application/layers/application/ ./
# a start on embedded stores that ends once the context is up; the cache is of use to a start with the same access only
RUN java -XX:AOTCacheOutput=application.aot --enable-native-access=ALL-UNNAMED -Dspring.context.exit=onRefresh \
      -Dimprimatur.data-dir=/tmp/training -jar application.jar && rm -rf /tmp/training
USER imprimatur
ENV IMPRIMATUR_DATA_DIR=/var/lib/imprimatur/data
VOLUME /var/lib/imprimatur
EXPOSE 8080
ENTRYPOINT ["java", "-XX:AOTCache=application.aot", "-XX:MaxRAMPercentage=60", "--enable-native-access=ALL-UNNAMED", "-jar", "application.jar"]
