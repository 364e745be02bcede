#include "tumble/ipi/direct.h"

#include <utility>

#include "tumble/base/error.h"
#include "tumble/ipi/protocol.h"

namespace tumble {

DirectEvaluator::DirectEvaluator(const Potential& potential, const std::vector<std::int64_t>& species,
                                 const std::array<bool, 3>& periodic, const SymmetrizeOptions& symmetrize)
    : blank_(blank_structure(species, periodic)), evaluator_(potential, symmetrize, "independent", {}) {}

Structure DirectEvaluator::structure(const std::array<double, 9>& h, std::vector<Vector3> positions) const {
    if (positions.size() != blank_.positions.size()) {
        throw StructureError(message("expected ", blank_.size(), " atoms as in the template, got ", positions.size(),
                                     " from i-PI; give the structure that i-PI starts from"));
    }
    Structure structure = blank_;
    structure.cell = ipi::to_cell(h);
    structure.positions = std::move(positions);
    ipi::to_angstrom(structure.positions);
    return structure;
}

IpiResults DirectEvaluator::evaluate(const std::vector<Structure>& structures) {
    if (structures.empty()) return {};
    return to_ipi(evaluator_.evaluate(structures, std::vector<std::int64_t>(structures.size())));
}

}  // namespace tumble
