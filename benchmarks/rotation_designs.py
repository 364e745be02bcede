"""Search for sets of few rotations exact to a degree t, the rows of csrc/tumble/frames/rotation_design_table.cpp.

python benchmarks/rotation_designs.py --degree 8 --group "3z,1 1,3z" --most 237 --minutes 2

A set consists of whole orbits of a group of maps q → a q b* of unit quaternions. The remaining equations are Σ_k w_k
f(q_k) = 0 for every function f that is invariant under the group, a combination of the D^l_mn, 1 ≤ l ≤ t. Orbits in
special positions are smaller and have fewer unknowns. The script chooses orbits with about as many unknowns as
equations, again and again, and solves the equations by the Levenberg-Marquardt method from many random starts at once.
It prints each set that is smaller than the ones before as a row of the table.

A group is given by generators a,b: `4z,1 3d,1` (or `octahedral`) is the octahedral group acting from the left,
`3z,1 1,3z` threefold turns from both sides, `2z,2z 3d,3d` the tetrahedral group with b = a.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ONE = np.array([1.0, 0.0, 0.0, 0.0])
GOLDEN = (1 + 5**0.5) / 2
AXES = {
    "x": (1.0, 0.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "e": (1.0, 1.0, 0.0),  # twofold in the octahedral group
    "d": (1.0, 1.0, 1.0),  # threefold in the polyhedral groups
    "g": (1.0, GOLDEN, 0.0),  # fivefold in the icosahedral group
}
NAMES = {"tetrahedral": "2z,1 3d,1", "octahedral": "4z,1 3d,1", "icosahedral": "5g,1 2z,1 3d,1"}
# Σ (residuals)² distinguishes solutions from near misses: for solutions, Newton's steps reduce it to rounding
SOLVED = 1e-24


def product(p: Array, q: Array) -> Array:
    scalar = p[..., :1] * q[..., :1] - (p[..., 1:] * q[..., 1:]).sum(-1, keepdims=True)
    vector = p[..., :1] * q[..., 1:] + q[..., :1] * p[..., 1:] + np.cross(p[..., 1:], q[..., 1:])
    return np.concatenate([scalar, vector], -1)


def conjugate(q: Array) -> Array:
    result: Array = q * np.array([1.0, -1.0, -1.0, -1.0])
    return result


def unit(vectors: Array) -> Array:
    result: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return result


def turn(text: str) -> Array:
    """Return the quaternion of a turn such as `4z`, a quarter of a full turn about z; see AXES. `1` is no turn."""
    if text == "1":
        return ONE
    half = np.pi / int(text[:-1])
    return np.append(np.cos(half), np.sin(half) * unit(np.array(AXES[text[-1]])))


def two_sided(text: str) -> list[tuple[Array, Array]]:
    """Return the generators (a, b) of the maps q → a q b*, from `a,b a,b ...`."""
    pairs = [pair.split(",") for pair in NAMES.get(text, text).split()]
    return [(turn(left), turn(right)) for left, right in pairs]


class Wigner:
    """Real Wigner matrices D^l of unit quaternions, and the generators X of rotations about x, y and z."""

    def __init__(self, degree: int) -> None:
        self.m = np.arange(-degree, degree + 1)
        size = 2 * degree + 1
        raising = np.diag(np.sqrt(degree * (degree + 1) - self.m[:-1] * (self.m[:-1] + 1.0)), -1)
        spin = [(raising + raising.T) / 2, (raising - raising.T) / 2j, np.diag(self.m)]
        real = np.zeros((size, size), complex)  # from complex spherical harmonics to real ones
        real[degree, degree] = 1
        for k in range(1, degree + 1):
            real[degree + k, degree + k] = (-1) ** k / 2**0.5
            real[degree + k, degree - k] = 1 / 2**0.5
            real[degree - k, degree - k] = 1j / 2**0.5
            real[degree - k, degree + k] = -1j * (-1) ** k / 2**0.5
        self.generators = np.array([(real @ (-1j * j) @ real.conj().T).real for j in spin])
        _, axes = np.linalg.eigh(1j * self.generators[0])  # eigenvalues are m
        self.z_to_y = (axes * np.exp(0.5j * np.pi * self.m) @ axes.conj().T).real  # a quarter turn about −x

    def turn_z(self, angle: Array, matrices: Array) -> Array:
        """Return Z(angle) @ matrices; Z, a turn about z, has cosines on its diagonal and sines on the antidiagonal."""
        phase = self.m[:, None] * angle[..., None, None]
        return np.cos(phase) * matrices + np.sin(phase) * matrices[..., ::-1, :]

    def __call__(self, q: Array) -> Array:
        """Return D(q) = Z(α) Y(β) Z(γ) [..., 2l+1, 2l+1]."""
        w, x, y, z = np.moveaxis(q, -1, 0)
        half_sum, half_difference = np.arctan2(z, w), np.arctan2(x, y)
        beta = 2 * np.arctan2(np.hypot(x, y), np.hypot(w, z))
        about_y = self.z_to_y @ self.turn_z(beta, np.eye(len(self.m))) @ self.z_to_y.T
        left = self.turn_z(half_sum - half_difference, about_y)
        return np.swapaxes(self.turn_z(-half_sum - half_difference, np.swapaxes(left, -1, -2)), -1, -2)


@cache
def wigner(degree: int) -> Wigner:
    return Wigner(degree)


@dataclass
class Stratum:
    """Positions of the same symmetry: unit vectors of the space that `basis` [dimension, 4] spans."""

    basis: Array
    orbit: int
    """Return the number of rotations in the orbit of such a position."""

    @property
    def unknowns(self) -> int:
        """Number of unknowns: angles and the weight."""
        return len(self.basis)


class TwoSidedGroup:
    """The group of maps q → a q b* that the generators generate."""

    def __init__(self, pairs: list[tuple[Array, Array]]) -> None:
        self.pairs = pairs
        found = [(ONE, ONE)]
        maps = np.array([np.outer(ONE, ONE)])
        k = 0
        while k < len(found):
            for a, b in pairs:
                left, right = product(a, found[k][0]), product(b, found[k][1])
                # (a, b) as a⊗b, up to the signs of both
                overlap = abs(maps.reshape(-1, 16) @ np.outer(left, right).reshape(16))
                if overlap.max() < 1 - 1e-9:
                    found.append((left, right))
                    maps = np.concatenate([maps, np.outer(left, right)[None]])
            k += 1
        self.left = np.array([a for a, _ in found])
        self.right = np.array([b for _, b in found])

    def __len__(self) -> int:
        return len(self.left)

    def orbit(self, q: Array) -> Array:
        """Return the orbit of q, with every element as often as the group maps q onto it."""
        return product(product(self.left, q), conjugate(self.right))

    def orbit_size(self, q: Array) -> int:
        return len(self) // int((abs(self.orbit(q) @ q) > 1 - 1e-9).sum())

    @cached_property
    def freedom(self) -> int:
        """Return the angles of the turns that commute with the group: they turn a set into another one."""
        return sum({0: 3, 1: 1}.get(np.linalg.matrix_rank(side[:, 1:], 1e-9), 0) for side in (self.left, self.right))

    @cache  # noqa: B019 - one group for each run
    def invariants(self, degree: int) -> Array:
        """Return orthogonal matrices B [n, 2l+1, 2l+1] whose functions tr(Bᵀ D(q)) are invariant under the group."""
        half = [np.arccos(np.clip(abs(side[:, 0]), 0, 1)) for side in (self.left, self.right)]
        characters = [1 + 2 * sum(np.cos(2 * m * angle) for m in range(1, degree + 1)) for angle in half]
        count = round(float(np.mean(characters[0] * characters[1])))
        size = 2 * degree + 1
        if count == 0:
            return np.zeros((0, size, size))
        drawn = np.random.default_rng(degree).normal(size=(count, size, size))
        total = np.zeros_like(drawn)
        for a, b in zip(wigner(degree)(self.left), wigner(degree)(self.right), strict=True):
            total += a @ drawn @ b.T
        orthogonal, _ = np.linalg.qr(total.reshape(count, -1).T)
        matrices: Array = orthogonal.T.reshape(count, size, size) * size**0.5
        return matrices

    def equations(self, degree: int) -> int:
        return sum(len(self.invariants(k)) for k in range(1, degree + 1))

    @cached_property
    def strata(self) -> list[Stratum]:
        """Return general positions, and positions that an element keeps fixed: circles and their intersections."""
        matrices = np.stack([self.orbit(unit) for unit in np.eye(4)], -1)
        planes: list[Array] = []
        for matrix in np.concatenate([matrices, -matrices]):
            _, values, vectors = np.linalg.svd(matrix - np.eye(4))
            if (values < 1e-9).sum() == 2 and all(
                abs(v.T @ v - vectors[2:].T @ vectors[2:]).max() > 1e-9 for v in planes
            ):
                planes.append(vectors[2:])
        points = []
        for k, plane in enumerate(planes):
            for other in planes[:k]:
                vectors, values, _ = np.linalg.svd(plane @ other.T)
                if values[0] > 1 - 1e-12 and values[1] < 1 - 1e-9:
                    points.append(vectors[:, :1].T @ plane)
        kept: list[Stratum] = [Stratum(np.eye(4), len(self))]
        for basis in planes + points:
            images = np.einsum("gij,kj->gki", matrices, basis)
            known = (
                abs(np.linalg.norm(s.basis @ np.swapaxes(images, 1, 2), axis=(1, 2)) ** 2 - len(basis)) < 1e-9
                for s in kept
                if len(s.basis) == len(basis)
            )
            if not any(k.any() for k in known):
                some = np.array([0.6, 0.8])[-len(basis) :] @ basis
                kept.append(Stratum(basis, self.orbit_size(unit(some))))
        return kept


class System:
    """The equations of one choice of orbits, for S trials at once; unknowns: x [S, K, 4], roots of weights u [S, K]."""

    def __init__(self, group: TwoSidedGroup, degree: int, orbits: list[Stratum]) -> None:
        self.orbits = orbits
        self.degrees = [k for k in range(1, degree + 1) if len(group.invariants(k))]
        self.functions = {}  # each invariant and its derivatives along turns about x, y and z
        for k in self.degrees:
            b = group.invariants(k)
            together = np.concatenate([b, *(b @ x.T for x in wigner(k).generators)])
            self.functions[k] = together.reshape(len(together), -1).T
        self.bases = np.zeros((len(orbits), 4, 4))
        for basis, orbit in zip(self.bases, orbits, strict=True):
            basis[: orbit.unknowns] = orbit.basis
        moving = [(k, j) for k, orbit in enumerate(orbits) if orbit.unknowns > 1 for j in range(orbit.unknowns)]
        self.moving = np.array(moving, int).reshape(-1, 2).T

    def start(self, trials: int, rng: np.random.Generator) -> tuple[Array, Array]:
        x = rng.normal(size=(trials, *self.bases.shape[:2])) * self.bases.any(-1)
        sizes = np.array([orbit.orbit for orbit in self.orbits])
        u = np.sqrt(sizes / sizes.sum() * rng.uniform(0.6, 1.4, size=x.shape[:2]))
        return unit(x), u

    def quaternions(self, x: Array) -> Array:
        return unit(np.einsum("skj,kjc->skc", x, self.bases))

    def residuals(self, x: Array, u: Array) -> tuple[Array, Array]:
        """Return Σ_k u_k² f(q_k) and Σ_k u_k² − 1 [S, equations], and their derivatives [S, unknowns, equations]."""
        q = self.quaternions(x)
        values, slopes = [np.ones((*u.shape, 0))], [np.ones((*u.shape, 3, 0))]
        for k in self.degrees:
            f = (wigner(k)(q).reshape(*u.shape, -1) @ self.functions[k]).reshape(*u.shape, 4, -1)
            values.append(f[:, :, 0])
            slopes.append(f[:, :, 1:])
        values.append(np.ones((*u.shape, 1)))
        slopes.append(np.zeros((*u.shape, 3, 1)))
        f = np.concatenate(values, -1)
        residuals = (u[..., None] ** 2 * f).sum(1)
        residuals[:, -1] -= 1
        # a step dx of q is the turn 2 Im(q* dq)
        turns = 2 * product(conjugate(q)[:, :, None], np.broadcast_to(self.bases, (len(u), *self.bases.shape)))[..., 1:]
        along = turns @ np.concatenate(slopes, -1) * u[..., None, None] ** 2
        return residuals, np.concatenate([along[:, self.moving[0], self.moving[1]], 2 * u[..., None] * f], 1)

    def solve(self, trials: int, rng: np.random.Generator, steps: int = 150) -> tuple[Array, Array, Array]:
        """Solve by Levenberg–Marquardt; return Σ (residuals)² [S] and the unknowns of the trials left at the end."""
        x, u = self.start(trials, rng)
        damping = np.full(trials, 1e-2)
        residuals, slopes = self.residuals(x, u)
        badness = (residuals**2).sum(1)
        for step in range(steps):
            x_new, u_new = self.moved(x, u, damped_step(slopes, residuals, damping))
            residuals_new, slopes_new = self.residuals(x_new, u_new)
            badness_new = (residuals_new**2).sum(1)
            better = badness_new < badness
            x[better], u[better] = x_new[better], u_new[better]
            residuals[better], slopes[better] = residuals_new[better], slopes_new[better]
            badness[better] = badness_new[better]
            damping = np.where(better, np.maximum(0.3 * damping, 1e-13), np.minimum(4 * damping, 1e3))
            if step in (40, 80):  # the worse half won't converge
                keep = np.argsort(badness)[: max(1, len(badness) // 2)]
                x, u, residuals, slopes = x[keep], u[keep], residuals[keep], slopes[keep]
                badness, damping = badness[keep], damping[keep]
                if badness[0] > 1e-2:
                    break
        return badness, x, u

    def moved(self, x: Array, u: Array, change: Array) -> tuple[Array, Array]:
        count = self.moving.shape[1]
        moved = x.copy()
        moved[:, self.moving[0], self.moving[1]] += change[:, :count]
        return unit(moved), u + change[:, count:]

    def polished(self, x: Array, u: Array) -> tuple[Array, Array]:
        """Refine one trial [1, K, 4], [1, K] by Newton's steps of least length to quaternions [K, 4], weights [K]."""
        for _ in range(5):
            residuals, slopes = self.residuals(x, u)
            x, u = self.moved(x, u, -np.linalg.lstsq(slopes[0].T, residuals[0], rcond=1e-6)[0][None])
        return self.quaternions(x)[0], u[0] ** 2 / (u**2).sum()


def damped_step(slopes: Array, residuals: Array, damping: Array) -> Array:
    """Return the step of each trial, from the smaller of the two forms of the normal equations."""
    unknowns, equations = slopes.shape[1:]
    transposed = np.swapaxes(slopes, 1, 2)
    damp = damping[:, None, None] * np.eye(min(unknowns, equations))
    if unknowns <= equations:
        return np.asarray(-np.linalg.solve(slopes @ transposed + damp, slopes @ residuals[..., None])[..., 0])
    return np.asarray(-(slopes @ np.linalg.solve(transposed @ slopes + damp, residuals[..., None]))[..., 0])


def choose_orbits(group: TwoSidedGroup, degree: int, most: int, rng: np.random.Generator) -> list[Stratum] | None:
    """Choose random special positions and add general ones; return None if there are too few unknowns.

    In half of the cases some unknowns may be missing, since solutions with a higher symmetry have fewer equations.
    """
    general, special = group.strata[0], group.strata[1:]
    needed = group.equations(degree) + 1 + group.freedom
    chosen: list[Stratum] = []
    left = most
    density = rng.choice([0.0, 0.2, 0.5])
    for k in rng.permutation(len(special)):
        stratum = special[k]
        copies = rng.binomial(1 if stratum.unknowns == 1 else 3, density)
        copies = min(copies, left // stratum.orbit)
        chosen += copies * [stratum]
        left -= copies * stratum.orbit
    lacking = needed - sum(stratum.unknowns for stratum in chosen)
    copies = min(max(0, -(-lacking // 4)), left // general.orbit)
    chosen += copies * [general]
    return chosen if chosen and lacking - 4 * copies <= rng.choice([0, max(3, needed // 10)]) else None


def turned(
    group: TwoSidedGroup, q: Array, weights: Array, sizes: Array
) -> tuple[list[tuple[Array, Array]], list[Array]]:
    """Return generators, and (seed, weight) of each orbit, after q → q p*; p is in the orbit of largest weights."""
    first = int(np.argmax(weights / sizes))
    p = q[first]
    pairs = [(a, unit(product(product(p, b), conjugate(p)))) for a, b in group.pairs]
    orbits = []
    for k in range(len(q)):
        images = product(group.orbit(q[k]), conjugate(p))
        seed = unit(images[np.argmax(abs(images[:, 0]))])  # the element with the smallest turn names the orbit
        orbits.append((-sizes[k], -abs(seed[0]), np.append(seed * np.sign(seed[0]), weights[k])))
    head = np.append(ONE, weights[first])
    del orbits[first]
    return pairs, [head, *(row for *_, row in sorted(orbits, key=lambda entry: entry[:2]))]


def text_of(numbers: Array) -> str:
    return "{" + ", ".join(f"{float(x)!r}" if abs(x) > 1e-15 else "0" for x in numbers) + "}"


def table_row(degree: int, pairs: list[tuple[Array, Array]], orbits: list[Array]) -> str:
    """Return a row in the syntax of csrc/tumble/frames/rotation_design_table.cpp."""
    lines = [f"{{{degree},"]
    lines += [" {" + ",\n  ".join(f"{{{text_of(a)},\n   {text_of(b)}}}" for a, b in pairs) + "},"]
    lines += [" {" + ",\n  ".join(f"{{{text_of(row[:4])}, {float(row[4])!r}}}" for row in orbits) + "}},"]
    return "\n".join(lines)


def largest_average(degree: int, group: TwoSidedGroup, q: Array, weights: Array) -> float:
    """Return the largest entry of Σ_k w_k D^l(q_k) over 1 ≤ l ≤ degree, without use of the symmetry."""
    rotations = np.concatenate([group.orbit(seed) for seed in q])
    each = np.repeat(weights, len(group)) / len(group)
    sums = (np.einsum("k,kij->ij", each, wigner(k)(rotations)) for k in range(1, degree + 1))
    return max(float(abs(s).max()) for s in sums)


def search(degree: int, name: str, most: int, minutes: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = TwoSidedGroup(two_sided(name))
    print(
        f"{name}: {len(group)} maps, {group.equations(degree)} equations, orbits of",
        ", ".join(f"{s.orbit} ({s.unknowns - 1} angles)" for s in group.strata),
    )
    end = time.monotonic() + 60 * minutes
    nearest = np.inf
    while time.monotonic() < end:
        orbits = choose_orbits(group, degree, most, rng)
        if orbits is None:
            continue
        system = System(group, degree, orbits)
        badness, x, u = system.solve(32, rng)
        sizes = np.array([orbit.orbit for orbit in orbits])
        evenness = (u**2 / sizes).min(1) / (u**2 / sizes).max(1)
        best = int(np.argmax(np.where(badness < SOLVED, evenness, -1)))
        nearest = min(nearest, badness.min())
        if badness[best] > SOLVED:
            continue
        found, w = system.polished(x[best : best + 1], u[best : best + 1])
        count = int(sizes.sum())
        print(
            f"// degree {degree}: {count} rotations, {name}, orbits of {', '.join(map(str, sizes))}; weights × count "
            f"{(w / sizes).min() * count:.3f} to {(w / sizes).max() * count:.3f}; "
            f"largest average {largest_average(degree, group, found, w):.1e}"
        )
        print(table_row(degree, *turned(group, found, w, sizes)), flush=True)
        most = count - 1
    print(f"nearest of all trials: Σ (residuals)² = {nearest:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--degree", type=int, required=True)
    parser.add_argument("--group", default="octahedral")
    parser.add_argument("--most", type=int, help="rotations that the set may have")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    # as many unknowns as general orbits need without symmetry, and a few more since orbits have a fixed size
    most = given.most or (given.degree + 1) * (2 * given.degree + 1) * (2 * given.degree + 3) // 12 + 60
    search(given.degree, given.group, most, given.minutes, given.seed)


if __name__ == "__main__":
    main()
