"""The sensor vocabulary: every quantity a rig reports, its unit, its limits, its names elsewhere.

This is the only place where these stand. Readers, lake columns, expectation suites, API schemas and
axis labels derive from `CHANNELS`.

WITS codes are record and item of WITS level 0, and were checked against a capture: record 01
(general, time based) and record 11 (mud tank volumes). WITSML has no standard mnemonics, so each
channel lists those that servers were seen to use, best first. `titles` are the column headings of
spreadsheets, without unit and punctuation.

Limits are what physics and equipment allow anywhere, not what one well expects; noise is that of a
sound sensor, one standard deviation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from idrill.errors import UnknownChannel

PITS = 24
"""Number of individual pits that have a channel."""

PUMPS = 3
"""Number of mud pumps that have channels."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One quantity, in the unit it is stored in."""

    name: str
    unit: str
    low: float
    """Smallest physically possible value, in `unit`."""
    high: float
    """Largest physically possible value, in `unit`."""
    max_rate: float
    """Fastest physically possible change, in `unit` per second."""
    sigma: float
    """Standard deviation of the sensor's noise, in `unit`."""
    wits0: tuple[str, ...] = ()
    """Record and item numbers of WITS level 0, best first."""
    witsml: tuple[str, ...] = ()
    """Mnemonics in WITSML and LAS files, best first."""
    titles: tuple[str, ...] = ()
    """Column headings in spreadsheets, best first."""
    detail: bool = False
    """Whether the channel is one of many alike (a single pit), left out unless asked for."""

    @property
    def title(self) -> str:
        """The name as an axis label.

        Example:
            >>> channel("weight_on_bit").title
            'Weight on bit [kN]'
        """
        return f"{self.name.replace('_', ' ').capitalize()} [{self.unit}]"


def _pit(number: int) -> Channel:
    wits0 = (f"11{14 + number}",) if number <= 14 else ()
    mnemonics = (f"PIT{number}", f"TV{number:02d}", f"TANK{number}", f"PVT{number}")
    titles = (f"pit {number} volume", f"pit {number}", f"pit volume {number}", f"tank {number}")
    return Channel(
        f"pit_volume_{number}", "m³", 0.0, 250.0, 0.5, 0.02, wits0, mnemonics, titles, detail=True
    )


def _pump(number: int) -> tuple[Channel, ...]:
    name = f"pump_{number}"
    return (
        Channel(
            f"{name}_stroke_rate", "1/min", 0.0, 300.0, 60.0, 0.5,
            (f"01{22 + number}",),
            (f"STRATE{number}", f"SPM{number}", f"MP{number}_SPM", f"PUMP{number}_SPM"),
            (f"pump {number} stroke rate", f"pump {number} strokes", f"spm {number}",
             f"pump {number} spm"),
        ),
        Channel(
            f"{name}_discharge_pressure", "kPa", 0.0, 70_000.0, 20_000.0, 40.0,
            (), (f"MP{number}_DP", f"PUMP{number}_PRESS"), (f"pump {number} discharge pressure",),
        ),
        Channel(
            f"{name}_pressure_pulsation", "kPa", 0.0, 20_000.0, 10_000.0, 20.0,
            (), (f"MP{number}_PULS",), (f"pump {number} pressure pulsation",),
        ),
        Channel(
            f"{name}_vibration", "m/s²", 0.0, 500.0, 500.0, 0.3,
            (), (f"MP{number}_VIB",), (f"pump {number} vibration",),
        ),
        Channel(
            f"{name}_fluid_end_temperature", "°C", -40.0, 200.0, 2.0, 0.3,
            (), (f"MP{number}_FET",), (f"pump {number} fluid end temperature",),
        ),
        Channel(
            f"{name}_power_end_temperature", "°C", -40.0, 200.0, 2.0, 0.3,
            (), (f"MP{number}_PET",), (f"pump {number} power end temperature",),
        ),
        Channel(
            f"{name}_motor_current", "A", 0.0, 3_000.0, 3_000.0, 5.0,
            (), (f"MP{number}_AMPS", f"MP{number}_CUR"), (f"pump {number} motor current",),
        ),
    )  # fmt: skip


CHANNELS: tuple[Channel, ...] = (
    # name, unit, low, high, max rate, sigma, WITS0, WITSML, titles
    Channel("hole_depth", "m", 0.0, 15_000.0, 0.2, 0.01, ("0110", "1108"),
            ("DMEA", "MDEPTH", "DEPTMEAS", "HDTH", "HOLEDEPTH", "HDEP", "DEPTH", "DEPT", "MD"),
            ("hole depth", "hole depth md", "total depth", "measured depth", "depth", "dept")),
    Channel("bit_depth", "m", -1.0, 15_000.0, 3.0, 0.01, ("0108",),
            ("DBTM", "BITDEP", "BITDEPTH", "DEPTBITM", "BDEP", "BIT_DEPTH", "DBIT"),
            ("bit depth", "bit depth md", "bit measured depth", "bit position")),
    Channel("vertical_depth", "m", 0.0, 15_000.0, 3.0, 0.01, ("0111",),
            ("DVER", "VDEPTH", "DEPTVERT", "TVD"),
            ("hole depth tvd", "true vertical depth", "vertical depth", "tvd")),
    Channel("block_position", "m", -5.0, 60.0, 3.0, 0.01, ("0112",),
            ("BPOS", "BLOCKCOMP", "BLKPOS", "BLOCKPOS", "BLKP", "BLOCK_POS"),
            ("block position", "block height", "travelling block position", "hook position")),
    Channel("hook_load", "kN", 0.0, 10_000.0, 3_000.0, 3.0, ("0114",),
            ("HKLA", "HKLD_AVG", "HKLD", "HKLI", "WOH", "HOOKLOAD", "HKL"),
            ("average hookload", "hook load", "hookload", "hook load average", "weight on hook")),
    Channel("weight_on_bit", "kN", -50.0, 1_000.0, 500.0, 3.0, ("0116",),
            ("WOBA", "WOB_AVG", "WOB", "SWOB", "WOBI"),
            ("weight on bit", "averaged wob", "average weight on bit", "wob", "bit weight",
             "surface weight on bit")),
    Channel("rotary_speed", "rpm", 0.0, 400.0, 120.0, 0.5, ("0120",),
            ("RPMA", "SURF_RPM", "RPM", "TDRPM", "RPM_SURF", "ROTA", "RSPEED"),
            ("average rotary speed", "rotary speed", "rotary rpm", "rpm", "rpm30s", "surface rpm",
             "top drive rpm", "rotary")),
    Channel("torque", "kN·m", -10.0, 150.0, 100.0, 0.2, ("0118",),
            ("TQA", "TORQUE_AVG", "TORQUE", "TRQ", "TQ", "STOR", "TDTQ", "TQAV"),
            ("average surface torque", "surface torque", "rotary torque", "torque",
             "top drive torque", "average torque", "convertible torque")),
    Channel("standpipe_pressure", "kPa", 0.0, 70_000.0, 20_000.0, 40.0, ("0121",),
            ("SPPA", "PUMP", "SPP", "SPPR", "STANDPIPE", "PUMPPRESS"),
            ("average standpipe pressure", "standpipe pressure", "stand pipe pressure",
             "pump pressure", "pump press", "spp")),
    Channel("choke_pressure", "kPa", 0.0, 140_000.0, 20_000.0, 40.0, (),
            ("CHOKE_PRESS", "CHKP", "CHOKEPRESS"), ("choke pressure", "choke manifold pressure")),
    Channel("casing_pressure", "kPa", 0.0, 140_000.0, 20_000.0, 40.0, ("0122",),
            ("CASPR", "CSGP", "CASP", "ANNP", "WHP"),
            ("casing pressure", "annulus pressure", "wh pressure", "wellhead pressure")),
    Channel("flow_in", "L/min", 0.0, 8_000.0, 4_000.0, 10.0, ("0130",),
            ("MFIA", "FLOWIN", "FLWIN", "TFLO", "FLOW_IN", "FLIN", "MFI"),
            ("mud flow in", "flow in", "flow in rate", "total pump output", "pump flow", "flowin")),
    Channel("flow_out", "L/min", 0.0, 10_000.0, 4_000.0, 100.0, ("0129",),
            ("MFOA", "FLOWOUT_CORIOLIS", "FLOWOUT", "FLWOUT", "FLOW_OUT", "MFO"),
            ("mud flow out", "flow out", "flow out rate", "return flow")),
    Channel("flow_out_fraction", "%", 0.0, 150.0, 100.0, 2.0, ("0128",),
            ("MFOP", "FLOWOUTPC", "FLOWPCT", "FLOP"),
            ("flow out", "flow out percent", "flow paddle", "return flow percent")),
    *(pump[0] for pump in map(_pump, range(1, PUMPS + 1))),
    Channel("pit_volume_total", "m³", 0.0, 2_000.0, 2.0, 0.1, ("1110",),
            ("PITTOT", "TVT", "PVT", "PITTOTAL"),
            ("pit total", "pit volume total", "total pit volume", "total mud volume")),
    Channel("pit_volume_active", "m³", 0.0, 1_000.0, 2.0, 0.1, ("0126", "1111"),
            ("TVA", "PITACTIVE", "ACTVOL", "PVTA"),
            ("active pit volume", "pit volume active", "tank volume active", "active volume")),
    *map(_pit, range(1, PITS + 1)),
    Channel("mud_density_in", "kg/m³", 500.0, 2_800.0, 20.0, 5.0, ("0132",),
            ("MDIA", "MWIN", "MDI", "MUDDENSIN", "MWTI", "ECD_MW_IN"),
            ("mud density in", "mud weight in", "density in")),
    Channel("mud_density_out", "kg/m³", 300.0, 2_800.0, 50.0, 5.0, ("0131",),
            ("MDOA", "MWOUT", "MDO", "MUDDENSOUT", "MWTO"),
            ("mud density out", "mud weight out", "density out")),
    Channel("mud_temperature_in", "°C", -20.0, 150.0, 1.0, 0.3, ("0134",),
            ("MTIA", "MTIN", "MTI", "TEMPIN"),
            ("mud temperature in", "mud temp in", "temp in", "temperature in")),
    Channel("mud_temperature_out", "°C", -20.0, 200.0, 1.0, 0.3, ("0133",),
            ("MTOA", "MTOUT", "MTO", "TEMPOUT"),
            ("mud temperature out", "mud temp out", "temp out", "temperature out")),
    Channel("rate_of_penetration", "m/h", 0.0, 400.0, 400.0, 1.0, ("0113",),
            ("ROPA", "ROP_AVG", "ROP", "ROPI", "ROP5"),
            ("rate of penetration", "rop", "average rate of penetration", "drill rate")),
    Channel("total_gas", "%", 0.0, 100.0, 20.0, 0.02, ("0140",),
            ("GASA", "TOTGAS", "TGAS", "GAS", "GASTOTAL"),
            ("total gas", "gas total", "gas")),
    Channel("annular_pressure", "kPa", 0.0, 250_000.0, 20_000.0, 70.0, (),
            ("APRS", "APRS_ARC", "PWD", "ANNPRESS", "DHAP", "PWPA"),
            ("downhole annular pressure", "annular pressure", "pwd annular pressure")),
    Channel("equivalent_circulating_density", "kg/m³", 0.0, 3_500.0, 200.0, 5.0, (),
            ("ECD", "ECDBIT", "ECD_ARC", "ECDTD", "PWEA"),
            ("equivalent circulating density", "ecd")),
    Channel("axial_vibration", "m/s²", 0.0, 1_000.0, 1_000.0, 0.5, (),
            ("VIBA", "AXVIB", "VIB_AX"), ("axial vibration", "axial shock")),
    Channel("lateral_vibration", "m/s²", 0.0, 2_000.0, 2_000.0, 0.5, (),
            ("VIBL", "LATVIB", "VIB_LAT", "VIBLAT_RT", "VIBX", "VIBX_RT"),
            ("lateral vibration", "lateral shock")),
    Channel("stick_slip_severity", "%", 0.0, 400.0, 400.0, 2.0, (),
            ("SSI", "STICKSLIP", "SSLIP", "STICK_RATIO"),
            ("stick slip", "stick slip severity", "stick slip index")),
    Channel("bit_diameter", "m", 0.05, 1.2, 1.2, 0.0, (),
            ("BDIA", "DIAMATBIT", "BITSIZE", "BS"), ("bit diameter", "bit size", "diameter")),
    Channel("gamma_ray", "gAPI", 0.0, 1_000.0, 500.0, 5.0, (),
            ("GR", "GR_ARC_CAL", "GRA", "GAMMA"), ("usrop gamma", "gamma ray", "gamma")),
    *(channel for number in range(1, PUMPS + 1) for channel in _pump(number)[1:]),
    Channel("top_drive_motor_current", "A", 0.0, 4_000.0, 4_000.0, 5.0, (),
            ("TD_AMPS", "TQ_IN_AMPS_AV", "TQ_IN_AMPS"),
            ("top drive motor current", "top drive current")),
    Channel("top_drive_motor_temperature", "°C", -40.0, 250.0, 2.0, 0.5, (),
            ("TD_MTEMP",), ("top drive motor temperature",)),
    Channel("top_drive_gearbox_temperature", "°C", -40.0, 200.0, 2.0, 0.5, (),
            ("TD_GTEMP",), ("top drive gearbox temperature", "top drive oil temperature")),
    Channel("top_drive_vibration", "m/s²", 0.0, 500.0, 500.0, 0.3, (),
            ("TD_VIB",), ("top drive vibration",)),
    Channel("drawworks_motor_current", "A", 0.0, 6_000.0, 6_000.0, 10.0, (),
            ("DW_AMPS",), ("drawworks motor current", "drawworks current")),
    Channel("drawworks_brake_temperature", "°C", -40.0, 900.0, 50.0, 2.0, (),
            ("DW_BTEMP",), ("drawworks brake temperature", "brake temperature")),
)  # fmt: skip
"""Every channel, in the order of its column."""

BY_NAME = MappingProxyType({channel.name: channel for channel in CHANNELS})


def channel(name: str) -> Channel:
    """The channel called `name`.

    Raises:
        UnknownChannel: If there is none; the message names the nearest.
    """
    try:
        return BY_NAME[name]
    except KeyError:
        raise UnknownChannel(f"no channel {name!r}{_nearest(name)}") from None


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, BY_NAME, n=3)
    return f"; did you mean {', '.join(close)}?" if close else "; `idrill channels` lists them"


def by_wits0(code: str) -> Iterator[Channel]:
    """The channels that WITS level 0 calls `code` (record and item, four digits)."""
    return (channel for channel in CHANNELS if code in channel.wits0)
