// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.reflect.Executable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;

/** Requires every field of a request body unless its type is {@code @Nullable}, so that one declaration serves compiler and callers. */
@Configuration(proxyBeanMethods = false)
class RequiredFields {
    @Bean
    JsonMapperBuilderCustomizer requiredUnlessNullable() {
        return json ->
                json.annotationIntrospector(AnnotationIntrospector.pair(new ByType(), json.annotationIntrospector()));
    }

    private static final class ByType extends NopAnnotationIntrospector {
        @Override
        public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            return isRequired(member) ? true : null;
        }

        @Override
        public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
            return annotated instanceof AnnotatedMember member && isRequired(member)
                    ? JsonSetter.Value.forValueNulls(Nulls.FAIL)
                    : JsonSetter.Value.empty();
        }

        private static boolean isRequired(AnnotatedMember member) {
            if (!(member instanceof AnnotatedParameter parameter)
                    || !parameter.getDeclaringClass().isRecord()
                    || !parameter.getDeclaringClass().getName().startsWith("dev.imprimatur.")) return false;
            var constructor = (Executable) parameter.getOwner().getMember();
            return constructor != null
                    && !constructor.getAnnotatedParameterTypes()[parameter.getIndex()].isAnnotationPresent(
                            Nullable.class);
        }
    }
}
