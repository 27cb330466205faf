"""What others change appears on open pages: the change table is read as an outbox, and told to whom it concerns.

A page opens one stream (`app`, `door`). As long as a web process has streams, it reads what was committed since
(`outbox`), asks who may know of it now (`rights`) and puts ids and versions into their streams (`hub`); the pages fetch
the pieces that show them. Bells and who is editing what go through Valkey (`bell`, `presence`), which may be away.
"""
