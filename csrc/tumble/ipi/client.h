#pragma once
/// The driver: a client of an i-PI server. It evaluates the structure, or the batch of structures, of each request.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"
#include "tumble/ipi/socket.h"
#include "tumble/ipi/symmetry_log.h"

namespace tumble {

/// The first structure of a connection.
struct FirstMessage {
    Structure structure;
    /// Whether i-PI requested the forces in the same message: its `consolidate_messages`. Then i-PI reads the forces in
    /// the thread that serves all drivers, and a connection reset ends that thread for good.
    bool consolidated;
};

struct DriveOptions {
    /// Seconds to wait for a server.
    double patience = 60.0;
    /// Function called between requests and while waiting; it may throw to end the run.
    IdleCallback idle = [] {};
    /// Rotations with which each structure is evaluated.
    SymmetrizeOptions symmetrize = {};
    /// `independent` or `shared`: whether the beads of a step have their own random rotations or the same.
    std::string beads = "independent";
    SymmetryLogOptions symmetry_log = {};
    /// Function called once, before the first structure is evaluated; it may throw to refuse the structure.
    std::function<void(const FirstMessage&)> first = [](const FirstMessage&) {};
};

/// Summary of a run that ended.
struct DriveSummary {
    /// Number of evaluated structures, without the copies with which a server fills a batch.
    std::int64_t evaluations = 0;
    /// Whether the server sent EXIT; otherwise the connection was lost.
    bool exited = false;
    /// Human-readable reason.
    std::string reason;
};

/// Serve an i-PI server until it ends. The model is warmed up before the driver connects, and the connection is closed
/// in an orderly way, whatever ends the run.
///
/// i-PI always sends a cell and can't describe open boundaries, so the caller states which directions are periodic.
///
/// @param species index of each atom's species in the model's list, in i-PI's order
/// @throws ConnectionError if no server can be reached
/// @throws ProtocolError if the server breaks the protocol or has another number of atoms
/// @throws ConfigurationError for impossible options, and if the symmetry log can't be written
/// @throws EvaluationError if a structure can't be evaluated; the message counts evaluations from 1
DriveSummary drive(const Potential& potential, const Address& address, const std::vector<std::int64_t>& species,
                   const std::array<bool, 3>& periodic, const DriveOptions& options = {});

}  // namespace tumble
