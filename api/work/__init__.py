"""Work that outlives a request: what each kind of job does, who runs them, and how a command or page waits for one.

The table, leases and fences are `postal.jobs`; here the jobs meet the adapters that `api.wiring` has chosen.
"""
