"""The words of the realism page between its tables."""

HEAD = """# Realism

Written by `make bench ONLY=realism`; do not edit. Simulated records beside drilling records of the
Volve field, by statistics that take any canonical frame, real and simulated alike. Sections T2, T3
and T4 are 9.4, 13.9 and 11.9 h at 4 s, cut for a study of stuck pipe, not whole days; T4 begins at
the sea floor and is probably riserless.

The bit drills where it is less than 0.15 m off bottom, the string turns faster than 20 rpm, more
than 1,000 L/min are pumped and the rate of penetration is above 1 m/h. Medians are those of the
means of 60 s windows in runs of at least 120 s of drilling; spreads are about a straight line
through each window, with two degrees of freedom less; correlations are those of the window means;
steps are from row to row within a run. Off bottom means by more than 0.5 m. The slips hold the
string while the hook load is within 10 % of that with the pumps off and the string hanging
elsewhere; rises of up to two minutes do not end them. The lag of the rate of penetration is the
delay at which it fits the hole's own advance, taken over a minute around each instant, best.
"""

COMPARED = """
## Simulated beside real

Real → simulated, the median of {seeds} simulations; what misses is bold. {met} asked for are met.

Each twin has the real section's hours, depth, flow, speed, block and stands, and is limited or held
as the real one seems to be; crew, bit, sensors, rest of the rig and surroundings are drawn. Hole,
mud and path are those of the USROP logs where they cover the section, else judgement. Fitted are
the rock's strength, so that the law of the bit gives the section's median rate at its median
weight, and the lengths and pressure losses of string and tools, so that hook load and standpipe
pressure are near: those two rows and the rate test the laws less than the others do. Besides these,
set by hand are roller cones for T3 and T4, whose torque by weight tells of them, and for T3 a
weight that is measured apart from the hook load; all else comes from the distributions that any
simulated rig is drawn from, some of which were chosen with these very records in view, as their
comments say. A simulated frame is taken down to 4 s as the real recorder seems to do it, with means
of loads and the latest depth (`benchmarks/realism/recorder.py`).
"""

APART = """
## Can they be told apart?

A forest of {trees} trees tells simulated minutes of drilling from real ones, a section and its
twins being held out in turn. Levels are taken relative to each section's median, because the table
judges them; shapes are spreads, correlation over 4 s, largest steps, repeats, and correlations
within the minute. The area under its curve is **{area:.2f}** ({areas}).
With shuffled labels it is {control:.2f}.
0.5 is alike, 1.0 told apart, and 0.90 the aim; below 0.5, what the other sections taught misleads
on this one.

"""

ENERGY = """

## Mechanical specific energy

Of the USROP wells by depth, of simulated sections by minute of drilling; string friction included.

"""

AGAIN = """
## The specification's figures, recomputed

Specification → here; a figure that differs by more than rounding is bold.
"""

EXPLAINED = """
What misses, and why:

- **Torque of T3, and its correlation with weight.** T3 was drilled in two ways, as the table below
  shows: at a rotary speed that never changes, with hardly more torque than off bottom and less on
  the hook, and at a faster one with three to four times the torque. That is a bent motor, whose
  share of the speed follows from the flow, sliding and rotating in turn [e]: in sliding, drag
  holds up the string and counts as weight, and friction has no part in the torque. The simulator
  has no motors and slides nowhere, so its one way of drilling has the torque of the faster minutes,
  which grows with the weight. The specification's guess, an auto-driller on rate or torque, does
  not make that.

A median that lies near a bound may go either way with other seeds; the twins of one section differ
as rigs and crews do.
"""

TWO_WAYS = """
T3's minutes of drilling by the speed that the record shows:

"""

DIFFERENCES = """
- The specification's lags of 52 s (T2) and 28 s (T4) were not found again, whether the advance is
  taken over 32, 64 or 120 s. In T2, which holds 50 m/h, the fit is flat: 0.90 to 0.93 from 64 s on.
- T4's exponent on flow depends on which flows count: 2.8 above 1,000 L/min, 2.6 above 500, 2.3
  above 200 with more than 500 kPa. It is no law of one string and one hole.
- In T2 the hook load in slips has two levels, near 65 and near 71 t; a narrower band about the
  lower one gives shorter times in slips, as the specification has them (308 to 532 s).
- The other differences are of one unit in the last place or of how runs are cut into windows.
"""
