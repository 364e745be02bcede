#include "tumble/evaluation/reference_check.h"

#include <algorithm>
#include <cmath>

#include "tumble/base/error.h"
#include "tumble/evaluation/depth_check.h"
#include "tumble/evaluation/potential.h"

namespace tumble {

namespace {

/// Comparison of the numbers of one reference.
class Comparison {
  public:
    explicit Comparison(const std::string& reference) : reference_(reference) {}

    void operator()(const std::string& quantity, double expected, double got, double tolerance,
                    const std::string& unit) const {
        if (std::abs(expected - got) <= tolerance) return;
        throw ReferenceMismatch(message(
            reference_, ": expected ", quantity, " ", expected, " ", unit, ", got ", got, " (tolerance ", tolerance,
            "); the file was altered, or this torch or device gives other numbers than at the export"));
    }

  private:
    std::string reference_;
};

/// Return a name of the reference for messages, so that users don't search for the fault in their own structure.
std::string described(const Potential& potential, const Reference& reference) {
    return message("model file `", potential.path(), "`: its reference structure `", reference.name, "`");
}

void compare(const Reference& reference, const Evaluation& result, const Tolerance& tolerance,
             const Comparison& comparison) {
    const auto atoms = static_cast<double>(std::max<std::int64_t>(reference.structure.size(), 1));
    comparison("energy", reference.energy, result.energies[0], tolerance.energy * atoms, "eV");
    double scale = 1.0;
    for (const auto& force : reference.forces) {
        for (const double f : force) scale = std::max(scale, std::abs(f));
    }
    for (std::size_t n = 0; n < reference.forces.size(); ++n) {
        for (int a = 0; a < 3; ++a) {
            comparison("force", reference.forces[n][a], result.forces[n][a], tolerance.force * scale, "eV/Å");
        }
    }
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
            comparison("virial", reference.virial[a][b], result.virials[0][a][b], tolerance.force * scale * atoms,
                       "eV");
        }
    }
}

/// Check the depth of a model whose reference structures are too small for that.
void check_depth_of_chain(const Potential& potential, double tolerance) {
    const Metadata& metadata = potential.metadata();
    Graph graph;
    Evaluation result;
    try {
        graph = build_graph({chain_for_depth_check(metadata)}, metadata.cutoff);
        potential.evaluate(graph, result);
    } catch (const StructureError&) {
        return;  // the cutoff is so short that atoms of the chain would lie on top of each other
    } catch (const EvaluationError&) {
        return;  // this model may not accept a chain, whatever its depth
    }
    check_depth(potential, graph, result, tolerance);
}

/// Run a check of the depth; its errors then name the structure that was cut.
template <typename Check>
auto of_cut(const std::string& what, Check&& check) {
    const std::string cut = what + ", cut to the claimed depth: ";
    try {
        return check();
    } catch (const MetadataError& error) {
        throw MetadataError(cut + error.what());
    } catch (const EvaluationError& error) {
        throw EvaluationError(cut + error.what());
    }
}

}  // namespace

Tolerance reference_tolerance(const std::string& dtype, const std::string& device) {
    const bool gpu = device != "cpu";
    if (dtype == "float64") return gpu ? Tolerance{1e-9, 1e-8} : Tolerance{1e-10, 1e-9};
    return gpu ? Tolerance{5e-5, 2e-3} : Tolerance{1e-5, 5e-4};
}

Graph evaluate_reference(const Potential& potential, const Reference& reference, Evaluation& result) {
    const std::string failure = described(potential, reference) + " can't be evaluated: ";
    try {
        const Graph graph = build_graph({reference.structure}, potential.metadata().cutoff);
        potential.evaluate(graph, result);
        return graph;
    } catch (const StructureError& error) {
        throw ModelFileError(failure + error.what());
    } catch (const EvaluationError& error) {
        throw EvaluationError(failure + error.what());
    }
}

void check_references(const Potential& potential) {
    const Metadata& metadata = potential.metadata();
    const Tolerance tolerance = reference_tolerance(metadata.dtype, potential.device());
    bool depth_checked = false;
    Evaluation result;
    for (const auto& reference : metadata.references) {
        const Graph graph = evaluate_reference(potential, reference, result);
        const std::string whose = described(potential, reference);
        compare(reference, result, tolerance, Comparison(whose));
        if (depth_checked) continue;
        depth_checked = of_cut(whose, [&] { return check_depth(potential, graph, result, tolerance.energy); });
    }
    if (depth_checked) return;
    of_cut(message("model file `", potential.path(), "`: a chain of atoms"),
           [&] { check_depth_of_chain(potential, tolerance.energy); });
}

}  // namespace tumble
