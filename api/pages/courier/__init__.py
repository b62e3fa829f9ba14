"""What couriers see: the app of their phones, and their day for those who sign in with a password.

What the app reads and sends is `api.rest`; its scripts are in `api/static/courier/`.
"""
