"""Who somebody is here: signing in, the own account, and for administrators the accounts of others and keys.

What each role may do is `postal.access.policy`; sessions and cookies are `api.web`.
"""
