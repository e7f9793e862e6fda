"""What the jets of the bit bring to the bottom of the hole.

Equations follow Bourgoyne et al., *Applied Drilling Engineering* (SPE, 1986), ch. 4; the pressure
that they cost is `idrill.physics.bit.bit_pressure_drop`.
"""

from idrill.physics.compiled import compiled


@compiled
def jet_velocity(flow_rate: float, nozzle_area: float) -> float:
    """Velocity of the mud in the bit nozzles [m/s].

    Args:
        flow_rate: [m³/s]
        nozzle_area: Total flow area [m²].

    Example:
        >>> jet_velocity(0.03, 3.0e-4)
        100.0
    """
    return flow_rate / nozzle_area


@compiled
def jet_impact_force(flow_rate: float, density: float, nozzle_area: float) -> float:
    """Force of the jets on the bottom of the hole [N]: the momentum that they bring each second.

    Args:
        flow_rate: [m³/s]
        density: [kg/m³]
        nozzle_area: [m²]

    Example:
        >>> jet_impact_force(0.03, 1200.0, 3.0e-4)
        3600.0
    """
    return density * flow_rate * jet_velocity(flow_rate, nozzle_area)


@compiled
def hydraulic_power(pressure_drop: float, flow_rate: float) -> float:
    """Power that a flow spends in a pressure drop [W].

    Args:
        pressure_drop: [Pa]
        flow_rate: [m³/s]

    Example:
        >>> hydraulic_power(8.0e6, 0.025)
        200000.0
    """
    return pressure_drop * flow_rate
