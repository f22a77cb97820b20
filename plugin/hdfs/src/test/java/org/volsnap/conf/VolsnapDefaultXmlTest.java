/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code volsnap-default.xml} and {@link VolsnapKeys} say the same. */
class VolsnapDefaultXmlTest {
    @Test
    void documentsEveryKeyWithTheDefaultOfTheCode() throws Exception {
        assertThat(valuesOfFile()).isEqualTo(defaultsOfCode());
    }

    @Test
    void describesEveryKey() throws Exception {
        NodeList properties = properties();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            assertThat(text(property, "description")).as(text(property, "name")).matches("(?s).{30,}\\.");
        }
    }

    /** A key without a constant {@code X_DEFAULT} has none, which the file shows as an empty value. */
    private static Map<String, String> defaultsOfCode() throws IllegalAccessException {
        Map<String, String> defaults = new TreeMap<>();
        for (Field field : VolsnapKeys.class.getFields()) {
            if (!field.getName().endsWith("_DEFAULT")) {
                defaults.put((String) field.get(null), defaultOf(field.getName()));
            }
        }
        return defaults;
    }

    private static String defaultOf(String constant) throws IllegalAccessException {
        Field field = Arrays.stream(VolsnapKeys.class.getFields())
                .filter(candidate -> candidate.getName().equals(constant + "_DEFAULT"))
                .findFirst()
                .orElse(null);
        return field == null ? "" : String.valueOf(field.get(null));
    }

    private static Map<String, String> valuesOfFile() throws Exception {
        Map<String, String> values = new TreeMap<>();
        NodeList properties = properties();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            values.put(text(property, "name"), text(property, "value"));
        }
        return values;
    }

    private static NodeList properties() throws Exception {
        try (InputStream file = VolsnapKeys.class.getResourceAsStream("/volsnap-default.xml")) {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file)
                    .getElementsByTagName("property");
        }
    }

    private static String text(Element property, String tag) {
        return property.getElementsByTagName(tag).item(0).getTextContent().strip();
    }
}
