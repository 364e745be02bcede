#pragma once
/// What carries the numbers of a message between i-PI and the driver: the stream of the socket itself, or shared
/// memory. The headers and the extras always go through the socket.

#include <memory>
#include <string>
#include <vector>

#include "tumble/graph/structure.h"
#include "tumble/ipi/results.h"
#include "tumble/ipi/socket.h"

namespace tumble {

class Payload {
  public:
    virtual ~Payload() = default;

    /// Receive the structures that follow POSDATA.
    ///
    /// @param batch number of structures in the message
    /// @param blank structure with the species and the periodic directions of all
    /// @param structures overwritten; their memory is reused
    /// @throws ConnectionError if the connection is lost
    /// @throws ProtocolError if the server breaks the protocol or has another number of atoms
    virtual void receive(Socket& socket, std::size_t batch, const Structure& blank,
                         std::vector<Structure>& structures) = 0;

    /// Write the answer to GETFORCE, see `ipi::encode_forces`.
    /// @param answer overwritten with the bytes for the socket
    virtual void encode(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                        std::vector<char>& answer) = 0;
};

/// Numbers in the stream. One structure is h, h⁻¹, number of atoms, positions; several are the number of atoms, h and
/// h⁻¹ of all, positions of all.
class StreamPayload : public Payload {
  public:
    void receive(Socket& socket, std::size_t batch, const Structure& blank,
                 std::vector<Structure>& structures) override;
    void encode(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                std::vector<char>& answer) override;
};

/// Return what an address uses.
std::unique_ptr<Payload> payload_of(const Address& address);

/// Receive an int32.
/// @throws ConnectionError
std::int32_t receive_integer(Socket& socket);

/// Receive the number of atoms of each structure in a message.
/// @param cure what the error says to do
/// @throws ConnectionError
/// @throws ProtocolError for another number than expected
void receive_atom_count(Socket& socket, std::int64_t expected, const std::string& cure);

}  // namespace tumble
