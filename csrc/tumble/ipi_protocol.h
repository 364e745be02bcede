#pragma once
/// The messages of i-PI's socket protocol (i-PI 3.3, ipi/interfaces/sockets.py), as bytes. No sockets here.
///
/// Each message starts with a header of 12 characters. Numbers are int32 and float64 as the machine has them; lengths
/// are in bohr, energies in hartree. i-PI's own table of units has eight digits (1.8897261 bohr/Å, 0.036749326 Ha/eV),
/// so what it reads in Å and writes in eV is off by 1.4e-8 and 1e-7 in relative terms; here CODATA values stand.
///
/// The cell matrix h has the cell vectors as *columns*. The virial is sent transposed: i-PI keeps the upper triangle M
/// of what it receives (ipi/engine/forces.py, ForceBead.get_vir), and its flexible barostats (barostats.py, BaroRGB and
/// BaroMTK) strain column vectors, dh/dt = (p/m) h with p upper triangular and dp/dt ∝ M. With W_ab = −Σ_e v_e,a g_e,b
/// the force on that strain is −∂E/∂(p/m)_ac = W_ca, so M = Wᵀ; for a model with a frame torque W itself is wrong.

#include <array>
#include <string>
#include <vector>

#include "evaluation.h"

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

/// Looks at the parameters that come with INIT.
/// @param text a list like `name : value , batch_size:4`
/// @throws ProtocolError if the server wants batches of structures
void check_parameters(const std::string& text);

/// Cell vectors as rows, Å, from i-PI's h.
/// @param h as received: row-major, bohr, cell vectors as columns
/// @throws ProtocolError if these can't be the numbers of a cell
Matrix3 to_cell(const std::array<double, 9>& h);

/// Multiplies positions in bohr in place, to Å.
void to_angstrom(std::vector<Vector3>& positions);

/// The whole answer to GETFORCE, FORCEREADY included: energy, number of atoms, forces, Wᵀ, extras.
///
/// The extras are a JSON object, `{"torque": [x, y, z]}`, with the frame torque in eV/rad. Its keys never change, as
/// i-PI demands of beads.
///
/// @param result of a single structure
/// @param answer overwritten
void encode_forces(const Evaluation& result, std::vector<char>& answer);

}  // namespace tumble::ipi
