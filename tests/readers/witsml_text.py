"""Documents of WITSML for tests."""

NAMESPACE = {
    "1.3.1.1": "http://www.witsml.org/schemas/131",
    "1.4.1.1": "http://www.witsml.org/schemas/1series",
}


def document(*logs: str, version: str = "1.4.1.1", root: str = "logs") -> str:
    space = NAMESPACE[version]
    body = "\n".join(logs)
    return f'<{root} xmlns="{space}" version="{version}">\n{body}\n</{root}>\n'


def curve(mnemonic: str, unit: str, more: str = "") -> str:
    return f"<logCurveInfo><mnemonic>{mnemonic}</mnemonic><unit>{unit}</unit>{more}</logCurveInfo>"


def data(*rows: str) -> str:
    return "\n".join(f"<data>{row}</data>" for row in rows)


HEAD = """<nameWell>15/9-F-7</nameWell><name>GenTime</name><indexType>date time</indexType>
<indexCurve>Time</indexCurve><nullValue>-999.25</nullValue>"""


def time_log(*rows: str, head: str = HEAD, more: str = "", units: str = ",N,Pa") -> str:
    return f"""<log uidWell="w1">{head}{more}
{curve("HKLD_AVG", "N", "<typeLogData>double</typeLogData>")}
{curve("Time", "unitless", "<typeLogData>date time</typeLogData>")}{curve("PUMP", "Pa")}
<logData><mnemonicList>Time,HKLD_AVG,PUMP</mnemonicList><unitList>{units}</unitList>
{data(*rows)}
</logData></log>"""


def depth_log(*rows: str, unit: str = "ft", direction: str = "increasing") -> str:
    """A log of version 1.3.1.1, whose curves do not stand in the order of their columns."""
    return f"""<log uidWell="w1"><nameWell>58-32</nameWell><name>by depth</name>
<indexType>measured depth</indexType><direction>{direction}</direction>
<indexCurve columnIndex="1">Mdepth</indexCurve><nullValue>-999.25</nullValue>
{curve("HKLD", "klbf", "<nullValue>-1</nullValue><columnIndex>2</columnIndex>")}
{curve("Mdepth", unit, "<columnIndex>1</columnIndex>")}
<logData>{data(*rows)}</logData></log>"""


"""Reads the text of a document, with a map of columns if one is given."""
