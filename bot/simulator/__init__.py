"""A stand-in for the WeChat platform: it signs and posts to /wechat, serves /cgi-bin/*, records what each person saw.

The sandbox page, the tests and the benchmarks use the same one. It knows nothing of what the bot can do.
Start at platform.Platform, then api.api_blueprint and page.sandbox_blueprint.
"""
