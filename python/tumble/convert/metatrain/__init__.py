"""Models of metatrain with the architecture PET, among them PET-MAD, from their checkpoints.

`checkpoint` reads the file, `network` is PET on Tumble's edges, with metatrain's weights, and `conversion` puts both
together. An exported model (`.pt`) makes edge vectors from positions, so only a checkpoint (`.ckpt`) can be converted.
"""

from tumble.convert.metatrain.conversion import converted

__all__ = ["converted"]
