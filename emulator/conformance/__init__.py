"""The rules as executable checks against any server: an emulator, or a Wix test site.

A check asks what its rule states and nothing more, so that it is fair to a server that is not ours. What comes of a
run is evidence: rule, requests, answers, agreed or not.
"""

ORDERS_MAX = 150  # a run of all checks at Wix takes about 70
