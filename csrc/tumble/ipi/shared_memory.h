#pragma once
/// Numbers in shared memory, for an `ffsocket` with mode="shm" (i-PI 3.3, ipi/interfaces/sockets.py, SHMDriver).
///
/// For each connection i-PI owns six segments of float64, in its own units: positions [B, 3N], h and h⁻¹ [B, 3, 3],
/// energies [B], forces [B, 3N] and virials [B, 3, 3], where B is the batch size. POSDATA is followed by the number of
/// atoms, and the first time by the names of the segments. The socket also orders the accesses: i-PI reads results
/// after FORCEREADY, and writes no positions before that.

#include <array>
#include <cstddef>
#include <string>

#include "tumble/ipi/payload.h"

namespace tumble {

/// A segment of shared memory that another process has made, mapped as long as this object lives. It isn't removed.
class SharedSegment {
  public:
    SharedSegment() = default;
    /// @param name as POSIX has it, without the slash
    /// @param count number of float64 that it must hold
    /// @throws ProtocolError if it doesn't exist here, can't be mapped or is too small
    SharedSegment(const std::string& name, std::size_t count);
    ~SharedSegment();
    SharedSegment(SharedSegment&& other) noexcept;
    SharedSegment& operator=(SharedSegment&& other) noexcept;

    double* data() const { return data_; }

  private:
    double* data_ = nullptr;
    std::size_t bytes_ = 0;
};

class SharedPayload : public Payload {
  public:
    void receive(Socket& socket, std::size_t batch, const Structure& blank,
                 std::vector<Structure>& structures) override;
    void encode(const IpiResults& results, std::size_t first, std::size_t count, std::size_t batch,
                std::vector<char>& answer) override;

  private:
    void attach(Socket& socket, std::size_t batch, std::size_t atoms);

    std::size_t batch_ = 0;  // for which the segments were made; 0 before the first message
    SharedSegment positions_, cells_, energies_, forces_, virials_;
};

}  // namespace tumble
