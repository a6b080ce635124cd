"""Seedream at 302.AI, Volcengine Ark and BytePlus ModelArk: one API, three addresses.

`wire` says what is sent, `stream` and `answer` what came back, `client` asks, `download`
fetches; `network` alone knows httpx. Nothing here retries what costs money.
"""
