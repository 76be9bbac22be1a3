package dev.sealift.migration.handover;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every hand-over, in seconds. */
@ParameterizedClass
@EnumSource(names = {"WITHOUT_REGISTRY", "WITH_REGISTRY"})
class EveryHandOverTest extends HandOverExploration {}
