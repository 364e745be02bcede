#include "tumble/ipi/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

// CODATA 2022, as in scipy.constants
constexpr double bohr = 0.529177210544;

/// Both ends of a connection; one atom in a cubic cell.
struct Pair {
    Descriptor server;
    std::unique_ptr<Connection> connection;

    explicit Pair(bool asks_for_beads = false) {
        int ends[2];
        CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        server = Descriptor(ends[0]);
        Structure blank;
        blank.species = {0};
        blank.positions.resize(1);
        connection = std::make_unique<Connection>(
            Descriptor(ends[1]), [] {}, std::make_unique<StreamPayload>(), blank, asks_for_beads);
    }

    template <typename T>
    void send(const T& value) {
        CHECK(::write(server.get(), &value, sizeof(value)) == sizeof(value));
    }
    void request(const char* name) {
        ipi::Header header;
        header.fill(' ');
        std::memcpy(header.data(), name, std::strlen(name));
        send(header);
        connection->handle_request();
    }
    void initialize(int bead, const std::string& parameters) {
        ipi::Header header{'I', 'N', 'I', 'T', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
        send(header);
        send(bead);
        send(static_cast<int>(parameters.size()));
        CHECK(::write(server.get(), parameters.data(), parameters.size()) == static_cast<ssize_t>(parameters.size()));
        connection->handle_request();
    }
    void structures(const std::vector<double>& places, int atoms = 1) {
        ipi::Header header{'P', 'O', 'S', 'D', 'A', 'T', 'A', ' ', ' ', ' ', ' ', ' '};
        send(header);
        if (places.size() > 1) send(atoms);
        for (std::size_t s = 0; s < places.size(); ++s) {
            send(std::array<double, 9>{10, 0, 0, 0, 10, 0, 0, 0, 10});
            send(std::array<double, 9>{0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1});
        }
        if (places.size() == 1) send(atoms);
        for (const double x : places) send(std::array<double, 3>{x, 0, 0});
        connection->handle_request();
    }
    std::string read() {
        char text[4096];
        const ssize_t count = ::read(server.get(), text, sizeof(text));
        return {text, count > 0 ? static_cast<std::size_t>(count) : 0};
    }
};

IpiResults results(const std::vector<double>& energies) {
    IpiResults made;
    made.energies = energies;
    made.forces.resize(energies.size());
    made.virials.resize(energies.size());
    made.extras.assign(energies.size(), "{}");
    return made;
}

double energy_of(const std::string& answer, std::size_t place = 0) {
    double value = 0.0;
    std::memcpy(&value, answer.data() + ipi::header_bytes + sizeof(double) * place, sizeof(value));
    return value;
}

/// Status, structure, forces: the request that follows a structure is read before the results are there.
void one_structure() {
    Pair pair;
    pair.request("STATUS");
    CHECK(pair.read() == "NEEDINIT    ");
    CHECK(pair.connection->places() == 0);
    pair.initialize(7, " ");
    pair.request("STATUS");
    CHECK(pair.read() == "READY       ");
    pair.structures({2.0});
    CHECK(pair.connection->state() == Connection::State::received);
    CHECK(pair.connection->bead() == 7);
    CHECK(pair.connection->places() == 1);
    CHECK_NEAR(pair.connection->structures()[0].positions[0][0], 2.0 * bohr, 1e-14);
    CHECK_NEAR(pair.connection->structures()[0].cell[2][2], 10.0 * bohr, 1e-13);
    pair.request("GETFORCE");
    CHECK(pair.connection->state() == Connection::State::waiting);
    CHECK(pair.connection->consolidated());
    pair.connection->answer(results({-1.0, 5.0}), 1);
    const std::string answer = pair.read();
    CHECK(answer.substr(0, 12) == "FORCEREADY  ");
    CHECK(energy_of(answer) == 5.0);
    CHECK(pair.connection->state() == Connection::State::idle);
    pair.request("STATUS");
    CHECK(pair.read() == "READY       ");
    pair.request("EXIT");
    CHECK(pair.connection->state() == Connection::State::ended);
}

/// i-PI fills an incomplete batch with copies; the answer has a result for each place.
void batches() {
    Pair pair;
    pair.initialize(0, "batch_size:3");
    pair.structures({1.0, 2.0, 2.0});
    CHECK(pair.connection->structures().size() == 2);
    CHECK(pair.connection->places() == 3);
    pair.request("STATUS");
    CHECK(pair.read().empty());
    pair.connection->answer(results({3.0, 4.0}), 0);
    CHECK(pair.read() == "HAVEDATA    ");
    pair.request("GETFORCE");
    const std::string answer = pair.read();
    CHECK(energy_of(answer, 0) == 3.0 && energy_of(answer, 1) == 4.0 && energy_of(answer, 2) == 4.0);
}

/// Then i-PI sends INIT, with the index of the bead, before each structure.
void indices_of_beads() {
    Pair pair(true);
    for (const int bead : {3, 5}) {
        pair.request("STATUS");
        CHECK(pair.read() == "NEEDINIT    ");
        pair.initialize(bead, " ");
        pair.structures({1.0});
        CHECK(pair.connection->bead() == bead);
        pair.request("GETFORCE");
        pair.connection->answer(results({1.0}), 0);
        pair.read();
    }
}

void faults() {
    CHECK_THROWS(ProtocolError, "expected POSDATA before GETFORCE", Pair().request("GETFORCE"));
    CHECK_THROWS(ProtocolError, "expected 1 atoms as in the driver's structure, got 2", Pair().structures({1.0}, 2));
    Pair pair;
    pair.server = Descriptor();
    CHECK_THROWS(ConnectionError, "closed", pair.connection->handle_request());
}

}  // namespace

int main() {
    one_structure();
    batches();
    indices_of_beads();
    faults();
    return check::failures();
}
