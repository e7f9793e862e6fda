"""i-Drill answering requests: accounts, readings and their quality, every door closed by default.

`create_app(settings)` in `app` builds the application; a route body authorises, makes one call of
the library, and returns.
"""
