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

Real → simulated, the median of {seeds} simulations; what misses is bold. {met} asked for are met,
the six verdicts on specific energy further below among them. A correlation of up to 0.2 in size has
no sign to speak of: a real one asks for nothing and has no verdict, a simulated one has not the
sign that is asked for.

What each twin (`benchmarks/realism/twins.py`) does not draw:

- Taken from the record: hours, first depth, medians of flow, speed, weight and rate of penetration,
  block and stand. The rows of flow, stand and hook load in slips test no law, those of the weight
  and the rate little.
- Fitted: the rock's strength, by bisection, so that the law of the bit gives the median rate at the
  median weight.
- Set by hand so that hook load and standpipe pressure are near, and those two rows test the laws
  less than the others do: size of drill pipe and collars, lengths of collars and heavy pipe,
  pressure loss of the tools, and T4's speed in the nozzles.
- Set by hand as the record seems to tell: what the auto-driller holds (rate in T2, weight in T3 and
  T4), roller cones for T3 and T4, T3's weight measured apart from the hook load, no riser for T4.
- Hole, casing, mud and path: T3's from the log of F-9A, but for the casing; T2's and T4's are
  judgement.

Crew, bit, sensors, rest of the rig and surroundings are drawn from the distributions that any
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

Of the USROP wells by depth, of sections by minute of drilling; string friction included.

"""

ENERGY_MISSED = """
The specification asks for a simulated median within a factor of two of the USROP wells'; it does
not say of which section, so each is held against each. What misses is bold; the ratio to the
section's own real minutes is not asked for and not counted, though it says more.

- **Hardly any section can be near both wells:** their medians differ by a factor of 3.9. F-9A's is
  one of two holes, and lies between theirs; F-7 is a wider hole than T2 and T3, a narrower one than
  T4.
- **T2** is near its own real minutes, and far above F-7.
- **T3 is too high** beside its own real minutes and beside the 12.25 in hole of F-9A, whose log
  covers it; that it is near F-9A as a whole is chance. It is the torque that misses above: a string
  that slides shows little.
- **T4** is near its own real minutes and F-7, far below F-9A.
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
- **Rate and weight of T2, torque and weight of T4.** The twins have hardly any such correlation.
  T2's rate and T4's torque and weight differ far more from one real minute to the next than from
  one simulated minute to the next, as the rows on variation between minutes show. In T2 the
  correlation is that of minutes away from the limit of 50 m/h: in those within 10 % of the median
  rate there is none. Its twins keep closer to the limit. Why the real sections were drilled so much
  more unevenly is not known to us.

A median that lies near a bound may go either way with other seeds; the twins of one section differ
as rigs and crews do.
"""

REPEATS = """
No verdict counts the **repeats in the rate of penetration**: the specification leaves them to the
source. T3's rate of penetration hardly ever repeats its last value ({real} %), its twins' repeat it
in {middle} % of rows, {least} to {most} % from twin to twin. Half of all simulated recorders hold
a value for 30 to 60 s; which one a twin has is drawn, not matched to its section. It is a plain
difference from T3, and these repeats are what the classifier below leans on most.
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
