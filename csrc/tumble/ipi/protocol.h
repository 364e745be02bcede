#pragma once
/// The messages of i-PI's socket protocol (i-PI 3.3, ipi/interfaces/sockets.py), as bytes. No sockets here.
///
/// Each message starts with a header of 12 characters. Numbers are int32 and float64 as the machine has them; lengths
/// are in bohr, energies in hartree. i-PI's own table of units has eight digits (1.8897261 bohr/Å, 0.036749326 Ha/eV),
/// so what it reads in Å and writes in eV is off by 1.4e-8 and 1e-7 in relative terms; here CODATA values stand.
///
/// A server may send several structures at once: it says so in the parameters of INIT, and fills up a batch with copies
/// of its last structure. The number of atoms then comes before the cells, not behind, and the answer has the
/// quantities of all structures one after the other.
///
/// The cell matrix h has the cell vectors as *columns*. The virial is sent transposed: i-PI keeps the upper triangle M
/// of what it receives (ipi/engine/forces.py, ForceBead.get_vir), and its flexible barostats (barostats.py, BaroRGB and
/// BaroMTK) strain column vectors, dh/dt = (p/m) h with p upper triangular and dp/dt ∝ M. With W_ab = −Σ_e v_e,a g_e,b
/// the force on that strain is −∂E/∂(p/m)_ac = W_ca, so M = Wᵀ; for a model with a frame torque W itself is wrong.

#include <array>
#include <string>
#include <vector>

#include "tumble/evaluation/evaluation.h"

namespace tumble::ipi {

inline constexpr std::size_t header_bytes = 12;
using Header = std::array<char, header_bytes>;

/// What a server asks.
enum class Request { status, init, posdata, getforce, exit };

/// @throws ProtocolError that quotes what came instead
Request parse_request(const Header& header);

/// Answers to STATUS.
inline constexpr Header needinit{'N', 'E', 'E', 'D', 'I', 'N', 'I', 'T', ' ', ' ', ' ', ' '};
inline constexpr Header ready{'R', 'E', 'A', 'D', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
inline constexpr Header havedata{'H', 'A', 'V', 'E', 'D', 'A', 'T', 'A', ' ', ' ', ' ', ' '};

/// How many structures come and go at once, from the parameters of INIT; 1 if they don't say.
/// @param text a list like `name : value , batch_size:4`
/// @throws ProtocolError for a number that can't be meant
int batch_size(const std::string& text);

/// Cell vectors as rows, Å, from i-PI's h.
/// @param h as received: row-major, bohr, cell vectors as columns
/// @throws ProtocolError if these can't be the numbers of a cell
Matrix3 to_cell(const std::array<double, 9>& h);

/// Multiplies positions in bohr in place, to Å.
void to_angstrom(std::vector<Vector3>& positions);

/// The whole answer to GETFORCE, FORCEREADY included: energies, number of atoms, forces, Wᵀ, extras.
///
/// The extras are one JSON object for each structure, `{"torque": [x, y, z], "bare_energy": e, "bare_torque":
/// [x, y, z]}`: the frame torque of the energy that is sent, in eV/rad, and energy (eV) and torque before they are
/// averaged over frames. The keys never change, as i-PI demands of beads.
///
/// @param result of structures with equally many atoms
/// @param batch structures that the server waits for; the last result stands for those that are missing
/// @param answer overwritten
void encode_forces(const Evaluation& result, std::size_t batch, std::vector<char>& answer);

}  // namespace tumble::ipi
