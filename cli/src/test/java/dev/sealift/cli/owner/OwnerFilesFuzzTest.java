package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes in the files that a guest's owner is given")
class OwnerFilesFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("measurement-file", FuzzFile.inFile(OwnerFilesFuzzTest::measurement))
            .refusing(BadInput.class)
            .upTo(256)
            .sampled(OwnerFilesFuzzTest::addMeasurements),
        FuzzTarget.of("session-key", FuzzFile.inFile(file -> Encoded.key(file, "a TEK").close()))
            .refusing(BadInput.class)
            .upTo(256)
            .sampled(samples -> samples.put("tek", new byte[16])));
  }

  private static void measurement(Path file) throws BadInput {
    byte[] bytes = Encoded.file(file, "a launch measurement", ReportedMeasurement.SIZE);
    Promise.holds(bytes.length == ReportedMeasurement.SIZE, "a measurement has 48 bytes");
  }

  private static void addMeasurements(Map<String, byte[]> samples) {
    samples.put("binary", new byte[ReportedMeasurement.SIZE]);
    samples.put("base64", ("Abc/".repeat(16) + "\n").getBytes(StandardCharsets.US_ASCII));
  }
}
