"""For any WSGI server: environment → settings → app."""

from api import create_app
from api.settings import load_settings

app = create_app(load_settings())
