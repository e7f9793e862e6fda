"""How the sensors of rigs differ; the figures are judgement [e] unless a source stands beside them.

Keys are beginnings or parts of the names of channels, and the most fitting counts.
"""

from collections.abc import Mapping

from idrill.simulator.distributions import Distribution, LogUniform, Normal, Uniform

LAGS: Mapping[str, Distribution] = {
    "hook_load": Uniform(0.3, 1.5),
    "torque": Uniform(0.3, 1.5),
    "rotary_speed": Uniform(0.5, 3.0),
    "standpipe_pressure": Uniform(0.3, 2.0),
    "flow_out": Uniform(2.0, 6.0),
    "flow_out_fraction": Uniform(5.0, 15.0),
    "pit_volume": Uniform(3.0, 15.0),
    "mud_density_out": Uniform(5.0, 20.0),
    "mud_temperature_out": Uniform(10.0, 60.0),
    "total_gas": Uniform(20.0, 60.0),
}
"""Of sensors that are not at once there [s]."""
OFFSETS: Mapping[str, Distribution] = {
    "bit_depth": Normal(0.0, 0.004),
    "block_position": Normal(0.0, 0.02),
    "hook_load": Normal(0.0, 6.0),
    "torque": Normal(0.0, 0.7),
    "standpipe_pressure": Uniform(-50.0, 600.0),
    "choke_pressure": Normal(0.0, 60.0),
    "casing_pressure": Normal(0.0, 60.0),
    "flow_out": Normal(0.0, 40.0),
    "flow_out_fraction": Normal(1.0, 2.0),
    "pit_volume": Normal(0.0, 0.3),
    "mud_density": Normal(0.0, 8.0),
    "mud_temperature": Normal(0.0, 0.8),
    "annular_pressure": Normal(0.0, 150.0),
    "equivalent_circulating_density": Normal(0.0, 4.0),
}
"""What sensors show at zero; Volve's pump-off pressures read 127 to 575 kPa, its torques at rest
-0.9 to 2 kN·m."""
QUANTA: Mapping[str, float] = {
    "depth": 0.001, "block_position": 0.001, "hook_load": 0.05,
    "torque": 0.01, "pressure": 1.0, "flow_out": 0.1, "flow_out_fraction": 0.1,
    "stroke_rate": 0.01, "pit_volume": 0.01, "mud_density": 1.0, "mud_temperature": 0.1,
    "rate_of_penetration": 0.01, "total_gas": 0.001, "vibration": 0.01,
    "stick_slip_severity": 1.0, "equivalent_circulating_density": 1.0,
}  # fmt: skip
"""Smallest steps, in channel units; each sensor's is one to five of them."""
TURNS = (0.1, 1.0, 1.0)
"""Steps of the rotary speed, equally likely; Volve's are whole turns [1/min]."""
SCALE = Normal(1.0, 0.004)
EXACT = ("hole_depth", "bit_depth", "vertical_depth", "stroke_rate", "rate_of_penetration")
"""Sensors that count, and what is reckoned from them: they have no scale error worth drawing."""
QUIET = ("hole_depth", "vertical_depth", "rate_of_penetration", "stroke_rate")
"""Sensors whose noise is that of counting."""
BURSTS: Mapping[str, Distribution] = {
    "hook_load": Uniform(0.5, 0.9),
    "torque": Uniform(0.2, 0.6),
    "standpipe_pressure": Uniform(0.4, 0.9),
}
NOISES: Mapping[str, Distribution] = {
    "torque": LogUniform(0.08, 0.7),
    "standpipe_pressure": LogUniform(15.0, 60.0),
    "weight_on_bit": LogUniform(6.0, 16.0),
    "rotary_speed": LogUniform(0.2, 1.5),
}
"""Over 4 s Volve's torque is unsteady by 0.05 to 0.5 kN·m, T3's measured weight by 8 kN; of the
pressure's unsteadiness, 27 to 133 kPa, most is pulsation. The rotary speed is unsteady by 0.4 rpm
in T2 and T4 and shown as asked for in T3."""
MEMORIES: Mapping[str, Distribution] = {
    "torque": Uniform(0.6, 0.93),
    "standpipe_pressure": Uniform(0.3, 0.85),
    "weight_on_bit": Uniform(0.7, 0.95),
}
"""Of noise over a second; Volve's torque and weight keep 0.3 to 0.5 over 4 s, its pressure 0.1 to
0.3."""
