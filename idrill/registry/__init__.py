"""The registry: what training left behind, which model may serve, and the gate between the two.

MLflow keeps runs and model files; the promotions ledger of the store decides what serves. Only
`idrill.registry` imports mlflow, and only its modules that need it.
"""
