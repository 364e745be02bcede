"""What each observable is, and what it shows if the symmetry is broken, in words for readers of the page.

Equations, estimators and sources are in the modules of `tumble.analysis`; here is what one needs to read a figure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """Of an observable.

    Attributes:
        title: Heading.
        meaning: What it is.
        symptom: What a broken symmetry does to it, and what isn't a symptom.
    """

    title: str
    meaning: str = ""
    symptom: str = ""


# By the names of observables, with hyphens.
_EXPLANATIONS = {
    "rdf": Explanation(
        "Radial distribution functions",
        "How much more often than in an ideal gas of the same density atoms of two elements are at a distance r.",
        "It is an average over all directions, so it notices little. A difference means that the structure itself "
        "has changed.",
    ),
    "orientation": Explanation(
        "Orientation of molecules in space",
        "How often an axis of a molecule points in which direction of the laboratory: as a density, as a free energy "
        "−ln P, and as coefficients of spherical harmonics.",
        "In a liquid or a gas no direction is special: the density is even and all coefficients are zero. A model "
        "that isn't invariant prefers some directions, and here this shows most directly. Short runs prefer "
        "directions, too, since molecules haven't had the time to turn; the test of isotropy counts independent "
        "samples only.",
    ),
    "dipole": Explanation(
        "Dipole moments",
        "The sizes of the dipole moments of molecules, and the mean of their sum as a vector.",
        "The mean vector isn't zero in a liquid or a gas. A run in which the sum hasn't had the time to turn shows "
        "that, too. The sizes follow from the shapes of molecules and notice little.",
    ),
    "dielectric": Explanation(
        "Dielectric constant",
        "From the fluctuation of the total dipole moment.",
        "In a liquid in a cubic box the three axes are equivalent, and the anisotropy compares them. The constant "
        "converges slowly, in nanoseconds for water: look at the errors before the differences.",
    ),
    "dipole-correlation": Explanation(
        "Correlation of dipoles in space",
        "How the dipoles of two molecules at a distance r are aligned: the part along the line between them "
        "(longitudinal) and the part across it (transverse).",
        "A direction that all molecules prefer adds a correlation that doesn't fade with distance.",
    ),
    "dipole-relaxation": Explanation(
        "Correlation of dipoles in time",
        "How long the dipoles of molecules, and their sum, remember their directions.",
        "A direction that molecules prefer is never forgotten: the curve doesn't decay to zero. Torques that depend "
        "on the direction also change how fast it decays.",
    ),
    "infrared": Explanation(
        "Infrared spectrum",
        "From the motion of the total dipole moment.",
        "Spurious torques act on librations first, in water at about 400 to 800 cm⁻¹.",
    ),
    "spectrum": Explanation(
        "Vibrational density of states",
        "At which frequencies atoms of each element move.",
        "Spurious torques act on librations first, in water at about 400 to 800 cm⁻¹; stretches of bonds are stiff "
        "and notice little.",
    ),
    "power-spectrum": Explanation(
        "Power spectra of logged quantities",
        "At which frequencies energies and the symmetry error fluctuate.",
        "The symmetry error follows the rotation of molecules: where it is slow, integrators and thermostats can't "
        "average it out.",
    ),
    "msd": Explanation(
        "Mean square displacement and diffusion",
        "How far atoms and molecules get in a time t; the slope is six times the diffusion constant.",
        "In a liquid in a cubic box the three axes aren't equivalent any more. A different constant with the same "
        "structure points to the torques.",
    ),
    "reorientation": Explanation(
        "Reorientation of molecules",
        "How long the axes of molecules remember their directions: correlations of first and second order, and the "
        "times of their decay.",
        "A direction that molecules prefer is never forgotten: the curves don't decay to zero. Torques that depend "
        "on the direction also change how fast they decay.",
    ),
    "gyration": Explanation(
        "Size of ring polymers",
        "The radius of gyration of the beads of an atom: how far its quantum nature spreads it.",
        "It measures zero-point motion, mostly along stiff bonds, and notices little.",
    ),
    "kinetic": Explanation(
        "Quantum kinetic energy",
        "From the centroid virial, for each element, with the anisotropy of its tensor.",
        "In an isotropic system the tensor isn't the same in all directions any more.",
    ),
    "kinetic-temperature": Explanation(
        "Temperatures of translation, rotation and vibration",
        "The kinetic energy of molecules for each degree of freedom, split into their kinds of motion.",
        "In equilibrium all are the same for any model, invariant or not. A hot rotation shows that energy flows "
        "into it faster than it is taken out: a run that isn't in equilibrium.",
    ),
    "drift": Explanation(
        "Rotational drift",
        "Whether anything turns that shouldn't.",
        "Molecules, a crystal or the whole system turn. What tells here depends on the system: see the notes.",
    ),
    "angular-momentum": Explanation(
        "Angular momentum and torque",
        "Of an isolated system about its center of mass; for ring polymers the sum over beads.",
        "They aren't conserved: the model exerts a torque on the whole. In a periodic box, or under a thermostat "
        "that acts on each atom, the angular momentum changes with an exact model as well, and says nothing.",
    ),
    "body-rotation": Explanation(
        "Rotation of the whole",
        "How far a molecule or cluster has turned since the first frame.",
        "It stays longer in some orientations than in others. That it turns is no symptom: a body with angular "
        "momentum has to, and a thermostat makes it turn at random.",
    ),
    "lattice-rotation": Explanation(
        "Rotation of the lattice",
        "How far a crystal has turned since the first frame.",
        "It turns towards the orientation that the model prefers, against its box.",
    ),
    "molecular-rotation": Explanation(
        "Collective rotation of molecules",
        "The mean of the angular velocities of all molecules, summed up in time.",
        "The mean isn't zero while molecules turn towards directions that the model prefers, before equilibrium.",
    ),
    "ordering": Explanation(
        "Proton orderings of ice",
        "Energies of orderings of the protons, relaxed, and what they change by if everything is turned.",
        "The symmetry error adds noise to the energies, which is to be compared with their spread.",
    ),
    "conserved": Explanation(
        "Conserved quantity",
        "Its drift for each molecule, and the fluctuation about it.",
        "It doesn't drift if forces are derivatives of one energy, be it invariant or not. Rotations that are drawn "
        "anew at each step aren't such an energy, and make it drift.",
    ),
    "symmetry": Explanation(
        "Symmetry error",
        "What the engines logged of the model's lack of invariance. The frame torque is the derivative of the energy "
        "with respect to a rigid rotation of everything, the box included.",
        "The torque isn't zero, and falls with the number of rotations that are averaged over. It is a cause and not "
        "a symptom: a model with a symmetry error can still give observables without a visible bias.",
    ),
}


def explanation_of(observable: str) -> Explanation:
    """The explanation of an observable; just its name if there is none."""
    key = observable.replace("_", "-")
    words = key.replace("-", " ")
    return _EXPLANATIONS.get(key, Explanation(words[:1].upper() + words[1:]))
