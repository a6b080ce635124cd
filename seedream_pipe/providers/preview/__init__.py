"""The preview artist: reads a prompt, draws a storyboard frame. Pure: no files, no clock, no chance.

`reading` turns a prompt into a `Scene` and knows nothing of pictures; `drawing` turns a
scene into one. The same inputs give the same bytes on every run. Nothing here may import
the network, the store or another provider.
"""
