package dev.sealift.migration.handover;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every hand-over with a registry and more words on their way. */
@Tag("long")
@ParameterizedClass
@EnumSource(names = "WITH_REGISTRY_AND_MORE_WORDS")
class EveryLongHandOverTest extends HandOverExploration {}
