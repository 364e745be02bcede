#include "ipi_client.h"

#include <optional>

#include "error.h"
#include "ipi_protocol.h"

namespace tumble {

namespace {

/// Longest wait for the header that follows a structure. i-PI sends it right away, so it costs nothing there.
constexpr int next_header_milliseconds = 100;
constexpr std::int32_t longest_parameters = 1 << 20;

class IpiClient {
  public:
    IpiClient(const Potential& potential, Socket& socket, const std::vector<std::int64_t>& species,
              const std::array<bool, 3>& periodic)
        : potential_(potential), socket_(socket), structures_(1) {
        structures_[0].species = species;
        structures_[0].positions.resize(species.size());
        structures_[0].periodic = periodic;
    }

    /// Answers requests until EXIT.
    /// @throws ConnectionError if the server is gone before
    void serve(const IdleCallback& idle) {
        for (;;) {
            switch (next_request()) {
                case ipi::Request::status:
                    send(!initialized_ ? ipi::needinit : has_data_ ? ipi::havedata : ipi::ready);
                    break;
                case ipi::Request::init:
                    receive_parameters();
                    break;
                case ipi::Request::posdata:
                    receive_structure();
                    idle();
                    // The next header is here already, or will be in a moment. It is read before the model runs: if
                    // this process dies meanwhile, i-PI 3.3 sees a closed connection and lives on, not a reset one.
                    if (socket_.readable(next_header_milliseconds)) pending_ = receive_request();
                    if (pending_ == ipi::Request::exit) return;
                    evaluate();
                    break;
                case ipi::Request::getforce:
                    send_forces();
                    break;
                case ipi::Request::exit:
                    return;
            }
        }
    }

    std::int64_t evaluations() const { return evaluations_; }

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
        receive_integer();  // index of the bead
        const std::int32_t length = receive_integer();
        if (length < 0 || length > longest_parameters) {
            throw ProtocolError(
                message("INIT: expected parameters of 0 to ", longest_parameters, " bytes, got ", length));
        }
        std::string parameters(static_cast<std::size_t>(length), ' ');
        socket_.receive(parameters.data(), parameters.size());
        ipi::check_parameters(parameters);
        initialized_ = true;
    }

    void receive_structure() {
        Structure& structure = structures_[0];
        std::array<double, 9> h, inverse;
        socket_.receive(h.data(), sizeof(h));
        structure.cell = ipi::to_cell(h);
        socket_.receive(inverse.data(), sizeof(inverse));  // not needed
        const std::int32_t atoms = receive_integer();
        if (atoms != structure.size()) {
            throw ProtocolError(message("expected ", structure.size(), " atoms as in the driver's structure, got ",
                                        atoms,
                                        " from the server; give the driver the structure that i-PI starts from"));
        }
        socket_.receive(structure.positions.data(), sizeof(Vector3) * structure.positions.size());
        ipi::to_angstrom(structure.positions);
    }

    void evaluate() {
        try {
            potential_.evaluate(build_graph(structures_, potential_.metadata().cutoff), result_);
        } catch (const Error& error) {
            throw EvaluationError(message("evaluation ", evaluations_ + 1, ": ", error.what()));
        }
        ++evaluations_;
        has_data_ = true;
    }

    void send_forces() {
        if (!has_data_) throw ProtocolError("expected POSDATA before GETFORCE, got GETFORCE alone");
        ipi::encode_forces(result_, answer_);
        has_data_ = false;
        socket_.send(answer_.data(), answer_.size());
    }

    const Potential& potential_;
    Socket& socket_;
    std::vector<Structure> structures_;  // always one
    std::optional<ipi::Request> pending_;
    bool initialized_ = false;
    bool has_data_ = false;
    std::int64_t evaluations_ = 0;
    Evaluation result_;
    std::vector<char> answer_;
};

}  // namespace

DriveSummary drive(const Potential& potential, const Address& address, const std::vector<std::int64_t>& species,
                   const std::array<bool, 3>& periodic, const DriveOptions& options) {
    if (!(options.patience >= 0.0)) {
        throw ConfigurationError(message("`patience`: expected a number of seconds from 0, got ", options.patience));
    }
    if (species.empty()) throw StructureError("`species`: expected at least one atom, got none");
    potential.warm_up();
    Socket socket(address, options.patience, options.idle);
    IpiClient client(potential, socket, species, periodic);
    try {
        client.serve(options.idle);
        return {client.evaluations(), true, "the server said EXIT"};
    } catch (const ConnectionError& error) {
        return {client.evaluations(), false, error.what()};
    }
}

}  // namespace tumble
