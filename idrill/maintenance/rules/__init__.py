"""Alert rules: what they are made of, how they are written down, how they are judged.

```python
rules = [read_rule(document) for document in documents]
evaluator = Evaluator("RIG-1", rules, state)  # state: what `state()` gave before, or None
conditions = evaluator.step(validated, [Score("rul_p10", at, 92.0, "mud_pump_1", "liner")])
state = evaluator.state()  # plain JSON
```
"""

from idrill.maintenance.rules.definition import Rule, channels_of
from idrill.maintenance.rules.evaluation import Condition, Evaluator, Turn
from idrill.maintenance.rules.reading import read_documents, read_rule
from idrill.maintenance.rules.rows import Score

__all__ = [
    "Condition",
    "Evaluator",
    "Rule",
    "Score",
    "Turn",
    "channels_of",
    "read_documents",
    "read_rule",
]
