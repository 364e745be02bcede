/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_HALO_H
#define TUMBLE_HALO_H

/// LAMMPS' ghost cutoff, while a pair style needs a larger one than the user has set.
///
/// Several instances share one LAMMPS: the largest width is used, and the last instance restores the user's value.

namespace LAMMPS_NS {

class LAMMPS;

class Halo {
 public:
  explicit Halo(LAMMPS *lmp) : lmp_(lmp) {}
  ~Halo() { release(); }
  Halo(const Halo &) = delete;
  Halo &operator=(const Halo &) = delete;

  /// Widen the ghost cutoff to `width`, Å, including the skin; this replaces the earlier width of this object.
  void widen(double width);

  void release();

 private:
  LAMMPS *lmp_;    // not its Comm, since `comm_style` replaces that
};

}    // namespace LAMMPS_NS

#endif
