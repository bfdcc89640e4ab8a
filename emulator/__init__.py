"""An offline, in-memory emulator of the Wix eCommerce Order Fulfillments API."""

__version__ = "0.1.0"
