"""Settings of all tests: machines are shared, so no test fails for having taken long."""

from hypothesis import HealthCheck, settings

settings.register_profile("convcalc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("convcalc")
