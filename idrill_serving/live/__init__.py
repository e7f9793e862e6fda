"""The live path: what comes through a broker, on its way to the store."""
