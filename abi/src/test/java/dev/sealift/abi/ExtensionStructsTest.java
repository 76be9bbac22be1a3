package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("What no mainline kernel has")
class ExtensionStructsTest {

  private static List<Integer> offsets(List<Field> fields) {
    return fields.stream().map(Field::offset).toList();
  }

  @Test
  void aVmsaIsNamedByTheIdOfItsVcpu() {
    assertThat(offsets(KvmSevUpdateVmsa.LAYOUT.fields())).containsExactly(0, 8, 16, 24, 32);
    assertThat(KvmSevUpdateVmsa.LAYOUT.size()).isEqualTo(40);
  }

  @Test
  void aBatchHasNoHiddenPadding() {
    assertThat(offsets(KvmSevUpdateDataBatch.LAYOUT.fields()))
        .containsExactly(0, 8, 12, 16, 24, 28, 32, 40);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    MemorySegment struct = MemorySegment.ofArray(new byte[48]);
    KvmSevUpdateDataBatch batch =
        new KvmSevUpdateDataBatch(1L << 63, 0xFFFFFFFFL, 2, 3, 0x80000000L, 5, 6, 7);
    batch.write(struct);
    assertThat(KvmSevUpdateDataBatch.read(struct)).isEqualTo(batch);

    KvmSevUpdateVmsa vmsa = new KvmSevUpdateVmsa(1, 2, 0xFFFFFFFFL, 1L << 63, 0x80000000L);
    vmsa.write(struct);
    assertThat(KvmSevUpdateVmsa.read(struct)).isEqualTo(vmsa);
  }

  @ParameterizedTest
  @EnumSource
  void itsCommandsHaveNumbersOfTheirOwn(SevExtension command) {
    assertThat(SevCommand.of(command.id())).isNull();
  }
}
