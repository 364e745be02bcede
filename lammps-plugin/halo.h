/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_HALO_H
#define TUMBLE_HALO_H

/// The distance from which LAMMPS brings ghosts, as long as a pair style needs more than the user asked for.
///
/// Several instances share one LAMMPS: the widest wins, and what the user had set comes back with the last one.

namespace LAMMPS_NS {

class LAMMPS;

class Halo {
 public:
  explicit Halo(LAMMPS *lmp) : lmp_(lmp) {}
  ~Halo() { release(); }
  Halo(const Halo &) = delete;
  Halo &operator=(const Halo &) = delete;

  /// Widens the ghost cutoff to `width`, Å, skin included, in place of what this object asked for before.
  void widen(double width);

  void release();

 private:
  LAMMPS *lmp_;    // not its Comm, which `comm_style` replaces
};

}    // namespace LAMMPS_NS

#endif
