"""Who somebody is here and what they looked at: signing in, the own account, and for administrators others and keys.

What each role may do is `postal.access.policy`; sessions and cookies are `api.web`.
"""
