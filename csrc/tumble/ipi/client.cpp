#include "tumble/ipi/client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tumble/base/error.h"
#include "tumble/ipi/evaluator.h"
#include "tumble/ipi/protocol.h"

namespace tumble {

namespace {

/// Longest wait for the header that follows a structure. i-PI sends it immediately, so waiting costs nothing.
constexpr int next_header_milliseconds = 100;
constexpr std::int32_t longest_parameters = 1 << 20;

/// Return whether all data that i-PI sends are equal.
bool same(const Structure& a, const Structure& b) { return a.positions == b.positions && a.cell == b.cell; }

class IpiClient {
  public:
    IpiClient(IpiEvaluator& evaluator, Socket& socket, const std::vector<std::int64_t>& species,
              const std::array<bool, 3>& periodic, const DriveOptions& options)
        : evaluator_(evaluator), socket_(socket), options_(options) {
        blank_.species = species;
        blank_.positions.resize(species.size());
        blank_.periodic = periodic;
    }

    /// Answer requests until EXIT.
    /// @throws ConnectionError if the connection is lost before
    void serve() {
        for (;;) {
            switch (next_request()) {
                case ipi::Request::status:
                    send(!initialized_ ? ipi::needinit : result_ ? ipi::havedata : ipi::ready);
                    break;
                case ipi::Request::init:
                    receive_parameters();
                    break;
                case ipi::Request::posdata:
                    receive_structures();
                    options_.idle();
                    // The next header has arrived, or will soon. It is read before the model runs: if this process then
                    // dies, i-PI 3.3 sees a closed connection, which it survives, and not a reset one.
                    if (socket_.readable(next_header_milliseconds)) pending_ = receive_request();
                    if (pending_ == ipi::Request::exit) return;
                    if (std::exchange(first_, false)) {
                        options_.first({structures_[0], pending_ == ipi::Request::getforce});
                    }
                    result_ = &evaluator_.evaluate(structures_, bead_);
                    break;
                case ipi::Request::getforce:
                    send_forces();
                    break;
                case ipi::Request::exit:
                    return;
            }
        }
    }

  private:
    ipi::Request receive_request() {
        ipi::Header header;
        socket_.receive(header.data(), header.size());
        return ipi::parse_request(header);
    }

    ipi::Request next_request() {
        if (!pending_) return receive_request();
        const ipi::Request request = *pending_;
        pending_.reset();
        return request;
    }

    std::int32_t receive_integer() {
        std::int32_t value;
        socket_.receive(&value, sizeof(value));
        return value;
    }

    void send(const ipi::Header& header) { socket_.send(header.data(), header.size()); }

    void receive_parameters() {
        bead_ = receive_integer();
        const std::int32_t length = receive_integer();
        if (length < 0 || length > longest_parameters) {
            throw ProtocolError(
                message("INIT: expected parameters of 0 to ", longest_parameters, " bytes, got ", length));
        }
        std::string parameters(static_cast<std::size_t>(length), ' ');
        socket_.receive(parameters.data(), parameters.size());
        batch_ = ipi::batch_size(parameters);
        initialized_ = true;
    }

    void receive_atom_count() {
        const std::int32_t atoms = receive_integer();
        if (atoms != blank_.size()) {
            throw ProtocolError(message("expected ", blank_.size(), " atoms as in the driver's structure, got ", atoms,
                                        " from the server; give the driver the structure that i-PI starts from"));
        }
    }

    Matrix3 receive_cell() {
        std::array<double, 9> h, inverse;
        socket_.receive(h.data(), sizeof(h));
        const Matrix3 cell = ipi::to_cell(h);
        socket_.receive(inverse.data(), sizeof(inverse));  // not needed
        return cell;
    }

    /// Receive the structures of a message. Memory grows with the received data, not with the announced number.
    void receive_structures() {
        if (batch_ > 1) receive_atom_count();
        std::vector<Matrix3> cells;
        while (cells.size() < batch_) cells.push_back(receive_cell());
        if (batch_ == 1) receive_atom_count();
        structures_.resize(std::min(structures_.size(), batch_));
        for (std::size_t s = 0; s < batch_; ++s) {
            if (s == structures_.size()) structures_.push_back(blank_);
            structures_[s].cell = cells[s];
            std::vector<Vector3>& positions = structures_[s].positions;
            socket_.receive(positions.data(), sizeof(Vector3) * positions.size());
            ipi::to_angstrom(positions);
        }
        // the server fills an incomplete batch with copies of the last structure
        while (structures_.size() > 1 && same(structures_.back(), structures_[structures_.size() - 2])) {
            structures_.pop_back();
        }
    }

    void send_forces() {
        if (!result_) throw ProtocolError("expected POSDATA before GETFORCE, got GETFORCE alone");
        ipi::encode_forces(*result_, batch_, answer_);
        result_ = nullptr;
        // i-PI sends the index of the next bead if INIT is requested again, as i-PI's own Fortran driver does
        if (evaluator_.needs_beads()) initialized_ = false;
        socket_.send(answer_.data(), answer_.size());
    }

    IpiEvaluator& evaluator_;
    Socket& socket_;
    const DriveOptions& options_;
    Structure blank_;  // species and periodic directions, the same for all structures
    std::size_t batch_ = 1;
    std::int64_t bead_ = 0;  // index of the first structure
    std::vector<Structure> structures_;
    std::optional<ipi::Request> pending_;
    bool initialized_ = false;
    bool first_ = true;
    const Evaluation* result_ = nullptr;
    std::vector<char> answer_;
};

}  // namespace

DriveSummary drive(const Potential& potential, const Address& address, const std::vector<std::int64_t>& species,
                   const std::array<bool, 3>& periodic, const DriveOptions& options) {
    if (!(options.patience >= 0.0)) {
        throw ConfigurationError(message("`patience`: expected a number of seconds from 0, got ", options.patience));
    }
    if (species.empty()) throw StructureError("`species`: expected at least one atom, got none");
    IpiEvaluator evaluator(potential, options.symmetrize, options.beads, options.symmetry_log);
    potential.warm_up();
    Socket socket(address, options.patience, options.idle);
    IpiClient client(evaluator, socket, species, periodic, options);
    try {
        client.serve();
        return {evaluator.evaluations(), true, "the server sent EXIT"};
    } catch (const ConnectionError& error) {
        return {evaluator.evaluations(), false, error.what()};
    }
}

}  // namespace tumble
