"""Potentials of Behler and Parrinello in the format of n2p2 and RuNNer.

    J. Behler, M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007); J. Behler, J. Chem. Phys. 134, 074106 (2011);
    A. Singraber, J. Behler, C. Dellago, J. Chem. Theory Comput. 15, 1827 (2019)

n2p2 has no Python package, and its files state no units: they are those of RuNNer, Hartree and Bohr, unless the user
says otherwise.
"""

from tumble.convert.n2p2.conversion import converted

__all__ = ["converted"]
