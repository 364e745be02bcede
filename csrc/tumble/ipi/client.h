#pragma once
/// The driver: a client of an i-PI server, with one connection or several. It evaluates together what has arrived.

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

/// Where the time went from the first structure on, s.
struct DriveTimes {
    /// Evaluations.
    double model = 0.0;
    /// The driver waited for other structures, to evaluate them together with those that it had.
    double gathering = 0.0;
    /// The rest: the driver had nothing to evaluate, or exchanged messages.
    double server = 0.0;
};

/// Summary of a run.
struct DriveSummary {
    /// Number of evaluated structures, without the copies with which a server fills a batch.
    std::int64_t evaluations = 0;
    /// Number of calls of the model; one evaluates all structures that came together.
    std::int64_t calls = 0;
    /// Largest number of structures that came together.
    std::int64_t largest = 0;
    /// Largest number of structures for which the server had places at a time: batch size, times the connections that
    /// it used.
    std::int64_t places = 0;
    DriveTimes times = {};
    /// Whether the server sent EXIT, last of all, to a connection that it had accepted; otherwise that was lost.
    bool exited = false;
    /// Human-readable reason.
    std::string reason;
};

struct DriveOptions {
    /// Seconds to wait for a server.
    double patience = 60.0;
    /// Number of connections. Each looks like a driver to the server, which gives it one bead at a time, or one batch.
    int connections = 1;
    /// Function called between requests and while waiting; it may throw to end the run.
    IdleCallback idle = [] {};
    /// Rotations with which each structure is evaluated.
    SymmetrizeOptions symmetrize = {};
    /// `independent` or `shared`: whether the beads of a step have their own random rotations or the same.
    std::string beads = "independent";
    SymmetryLogOptions symmetry_log = {};
    /// Function called once, before the first structure is evaluated; it may throw to refuse the structure.
    std::function<void(const FirstMessage&)> first = [](const FirstMessage&) {};
    /// Function called with the reason when one of several connections is lost, and another is to take its place.
    std::function<void(const std::string&)> lost = [](const std::string&) {};
    /// Function called once with the summary, however the run ends: also before an exception leaves `drive`.
    std::function<void(const DriveSummary&)> ended = [](const DriveSummary&) {};
    /// Function called with the summary until now, after an evaluation, if the last call is this long ago, s.
    std::function<void(const DriveSummary&)> report = [](const DriveSummary&) {};
    double report_interval = 60.0;
};

/// Serve an i-PI server until it ends. The model is warmed up before the driver connects, and the connections are
/// closed in an orderly way, whatever ends the run.
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
