#pragma once
/// The driver: a client of an i-PI server that evaluates one structure per request, or a batch where the server offers
/// it.

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

/// What the first structure of a connection says.
struct FirstMessage {
    Structure structure;
    /// Whether i-PI asked for the forces with it, in one message: its `consolidate_messages`. It then reads the forces
    /// in the thread that serves all drivers, and that ends for good where a connection is reset.
    bool consolidated;
};

struct DriveOptions {
    /// Seconds to wait for a server.
    double patience = 60.0;
    /// Called between requests and while waiting; it may throw to end the run.
    IdleCallback idle = [] {};
    /// Frames in which each structure is seen.
    SymmetrizeOptions symmetrize = {};
    /// `independent` or `shared`: whether the beads of a step have random frames of their own, or one choice for all.
    std::string beads = "independent";
    SymmetryLogOptions symmetry_log = {};
    /// Called once, before the first structure is evaluated; it may throw to refuse it.
    std::function<void(const FirstMessage&)> first = [](const FirstMessage&) {};
};

/// How a run ended.
struct DriveSummary {
    /// Structures; copies with which a server fills a batch aren't evaluated again.
    std::int64_t evaluations = 0;
    /// Whether the server said EXIT; it is gone otherwise.
    bool exited = false;
    /// For people.
    std::string reason;
};

/// Serves an i-PI server until that ends. The model is warm before the server learns that the driver exists, and
/// whatever ends the run, the connection is closed in an orderly way.
///
/// i-PI always sends a cell and has no word for open boundaries: which directions are periodic, the caller says.
///
/// @param species index of each atom's species in the model's list, in i-PI's order
/// @throws ConnectionError if no server can be reached
/// @throws ProtocolError if the server breaks the protocol or has another number of atoms
/// @throws ConfigurationError for impossible options, and if the symmetry log can't be written
/// @throws EvaluationError if a structure can't be evaluated; the message counts evaluations from 1
DriveSummary drive(const Potential& potential, const Address& address, const std::vector<std::int64_t>& species,
                   const std::array<bool, 3>& periodic, const DriveOptions& options = {});

}  // namespace tumble
