#include "tumble/ipi/client.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "tumble/base/clock.h"
#include "tumble/base/error.h"
#include "tumble/ipi/connection_pool.h"
#include "tumble/ipi/evaluator.h"
#include "tumble/ipi/gathering.h"
#include "tumble/ipi/sole_driver.h"

namespace tumble {

namespace {

constexpr int most_connections = 500;     // i-PI calls select(), which knows descriptors up to 1023
constexpr double next_header_wait = 0.1;  // s; i-PI sends the header that follows a structure immediately

class IpiClient {
  public:
    IpiClient(IpiEvaluator& evaluator, ConnectionPool& pool, const DriveOptions& options)
        : evaluator_(evaluator),
          pool_(pool),
          options_(options),
          gathering_(static_cast<std::size_t>(options.connections)) {}

    /// Answer requests until all connections have ended.
    void serve() {
        while (pool_.is_open()) {
            const double start = now();
            const std::size_t held = holders().size();
            pool_.handle_requests(time_left());
            if (held > 0) summary_.times.gathering += now() - start;
            note_requests(held);
            if (time_left() > 0.0) continue;
            evaluate();
            report();
        }
    }

    /// @param reason why the run ended
    DriveSummary summary(const std::string& reason) const {
        DriveSummary summary = summary_;
        summary.evaluations = evaluator_.evaluations();
        if (start_) summary.times.server = now() - *start_ - summary.times.model - summary.times.gathering;
        summary.exited = !pool_.is_open() && pool_.exited();
        summary.reason = reason;
        return summary;
    }

  private:
    /// Return the connections with structures that are to be evaluated.
    std::vector<Connection*> holders() const {
        std::vector<Connection*> found;
        for (const auto& connection : pool_.connections()) {
            if (connection->has_structures()) found.push_back(connection.get());
        }
        return found;
    }

    /// @param held number of connections that had structures before
    void note_requests(std::size_t held) {
        double last = 0.0;
        std::size_t places = 0;
        for (const auto& connection : pool_.connections()) {
            last = std::max(last, connection->heard());
            places += connection->places();
        }
        if (places > 0 && !start_) start_ = now();
        summary_.places = std::max(summary_.places, static_cast<std::int64_t>(places));
        gathering_.heard(last, held);
    }

    /// Return the time from which on the structures that have arrived are to be evaluated; without any, infinity.
    ///
    /// The header that follows a structure has arrived with it, or will soon, and is read before the model runs: if
    /// this process then dies, i-PI 3.3 sees a closed connection, which it survives, and not a reset one.
    double due() const {
        const std::vector<Connection*> held = holders();
        if (held.empty()) return std::numeric_limits<double>::infinity();
        double time = gathering_.due(held.size());
        for (const Connection* connection : held) {
            if (connection->state() != Connection::State::received) continue;
            time = std::max(time, connection->since() + next_header_wait);
        }
        return time;
    }

    double time_left() const { return due() - now(); }

    void evaluate() {
        std::vector<Connection*> held = holders();
        std::stable_sort(held.begin(), held.end(),
                         [](const Connection* a, const Connection* b) { return a->bead() < b->bead(); });
        options_.idle();
        if (summary_.calls == 0) options_.first({held[0]->structures()[0], held[0]->consolidated()});
        collect(held);
        const double start = now();
        const IpiResults results = to_ipi(evaluator_.evaluate(structures_, beads_));
        const double duration = now() - start;
        summary_.times.model += duration;
        ++summary_.calls;
        summary_.largest = std::max(summary_.largest, static_cast<std::int64_t>(structures_.size()));
        pool_.handle_requests(0.0);
        gathering_.evaluated(held.size(), heard_since(start), duration);
        note_requests(0);
        std::size_t first = 0;
        for (Connection* connection : held) {
            const std::size_t count = connection->structures().size();
            pool_.answer(*connection, results, first);
            first += count;
        }
    }

    void report() {
        if (now() - reported_ < options_.report_interval) return;
        options_.report(summary("still running"));
        reported_ = now();
    }

    /// Put all structures into a row.
    void collect(const std::vector<Connection*>& held) {
        std::size_t count = 0;
        beads_.clear();
        for (const Connection* connection : held) {
            std::int64_t bead = connection->bead();
            for (const Structure& structure : connection->structures()) {
                if (count == structures_.size()) structures_.emplace_back();
                structures_[count++] = structure;  // reuses its memory
                beads_.push_back(bead++);
            }
        }
        structures_.resize(count);
    }

    /// Return the number of other connections that got a request meanwhile.
    std::size_t heard_since(double time) const {
        const auto& all = pool_.connections();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [time](const auto& one) { return one->heard() >= time; }));
    }

    IpiEvaluator& evaluator_;
    ConnectionPool& pool_;
    const DriveOptions& options_;
    Gathering gathering_;
    std::vector<Structure> structures_;
    std::vector<std::int64_t> beads_;
    double reported_ = now();
    std::optional<double> start_;  // time of the first structure
    DriveSummary summary_;
};

}  // namespace

DriveSummary drive(const Potential& potential, const Address& address, const std::vector<std::int64_t>& species,
                   const std::array<bool, 3>& periodic, const DriveOptions& options) {
    if (!(options.patience >= 0.0)) {
        throw ConfigurationError(message("`patience`: expected a number of seconds from 0, got ", options.patience));
    }
    if (options.connections < 1 || options.connections > most_connections) {
        throw ConfigurationError(
            message("`connections`: expected 1 to ", most_connections, ", got ", options.connections));
    }
    if (options.connections > 1 && address.shares_memory()) {
        throw ConfigurationError(message("`connections`: expected 1 with shared memory, got ", options.connections,
                                         "; <batch_size> in i-PI's `ffsocket` sends several beads at once"));
    }
    const Structure blank = blank_structure(species, periodic);
    IpiEvaluator evaluator(potential, options.symmetrize, options.beads, options.symmetry_log);
    potential.warm_up();
    std::optional<SoleDriver> sole;
    if (address.shares_memory()) sole.emplace(address, options.idle);
    ConnectionPool pool(address, static_cast<std::size_t>(options.connections), options.patience, options.idle, blank,
                        evaluator.needs_beads(), options.lost);
    IpiClient client(evaluator, pool, options);
    try {
        client.serve();
    } catch (const Error&) {
        options.ended(client.summary("the driver failed"));
        throw;
    } catch (...) {  // of the idle callback
        options.ended(client.summary("the driver was interrupted"));
        throw;
    }
    const DriveSummary summary = client.summary(pool.reason());
    options.ended(summary);
    return summary;
}

}  // namespace tumble
