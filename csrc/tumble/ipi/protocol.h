#pragma once
/// The messages of i-PI's socket protocol (i-PI 3.3, ipi/interfaces/sockets.py), as bytes. No sockets here.
///
/// Each message starts with a header of 12 characters. Numbers are int32 and float64 in the machine's byte order;
/// lengths are in bohr, energies in hartree. i-PI's own table of units has eight digits (1.8897261 bohr/Å, 0.036749326
/// Ha/eV), so lengths that it reads in Å and energies that it writes in eV have relative errors of 1.4e-8 and 1e-7.
/// This code uses CODATA values.
///
/// A server may send several structures at once: it announces this in the parameters of INIT, and fills an incomplete
/// batch with copies of its last structure. Then the number of atoms comes before the cells, not after them, and the
/// answer has each quantity for all structures in a row.
///
/// The cell matrix h has the cell vectors as *columns*. payload.h has the order of the numbers in a message.

#include <array>
#include <string>
#include <vector>

#include "tumble/ipi/results.h"

namespace tumble::ipi {

inline constexpr std::size_t header_bytes = 12;
using Header = std::array<char, header_bytes>;

/// Request of a server.
enum class Request { status, init, posdata, getforce, exit };

/// Return the request of a header.
/// @throws ProtocolError if it isn't one; the message quotes the header
Request parse_request(const Header& header);

/// Answers to STATUS.
inline constexpr Header needinit{'N', 'E', 'E', 'D', 'I', 'N', 'I', 'T', ' ', ' ', ' ', ' '};
inline constexpr Header ready{'R', 'E', 'A', 'D', 'Y', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
inline constexpr Header havedata{'H', 'A', 'V', 'E', 'D', 'A', 'T', 'A', ' ', ' ', ' ', ' '};

/// Return the number of structures in a batch, from the parameters of INIT; 1 if these don't give it.
/// @param text a list like `name : value , batch_size:4`
/// @throws ProtocolError for an impossible number
int batch_size(const std::string& text);

/// Return the cell vectors as rows, Å, from i-PI's h.
/// @param h received matrix: row-major, bohr, cell vectors as columns
/// @throws ProtocolError if the numbers can't be a cell
Matrix3 to_cell(const std::array<double, 9>& h);

/// Convert positions from bohr to Å in place.
void to_angstrom(std::vector<Vector3>& positions);

/// Write the whole answer to GETFORCE, including FORCEREADY: energies, number of atoms, forces, Wᵀ, extras, as in
/// results.h.
///
/// @param results of structures with equal numbers of atoms
/// @param first place of the first result that the server gets
/// @param count number of results that it gets
/// @param batch number of structures for which the server waits; copies of the last result stand for missing ones
/// @param answer overwritten
void encode_forces(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                   std::vector<char>& answer);

/// Write the answer to GETFORCE where numbers go through shared memory: FORCEREADY and extras; see `encode_forces`.
void encode_extras(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                   std::vector<char>& answer);

/// Return the place of the result for a place in a batch: copies of the last result stand for missing ones.
inline std::size_t place_of(std::size_t structure, std::size_t first, std::size_t count) {
    return first + (structure < count ? structure : count - 1);
}

}  // namespace tumble::ipi
