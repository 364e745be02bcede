#pragma once
/// What a model file says about itself: `tumble.json` inside the TorchScript archive.
/// Versioned and validated when it is read; docs/model-file.md lists the fields.

#include <string>

#include "tumble/graph/structure.h"

namespace tumble {

/// Newest version of the format that this code reads.
inline constexpr int format_version = 1;

/// A structure that the model file carries with the results that the model gave when it was exported.
struct Reference {
    std::string name;
    Structure structure;
    /// eV, with the baseline.
    double energy;
    /// eV/Å, shape [N, 3].
    std::vector<Vector3> forces;
    /// W_ab = −Σ_e v_e,a g_e,b in eV.
    Matrix3 virial;
};

struct Metadata {
    /// Printable, as all that is text here but the document itself.
    std::string name;
    /// Chemical symbols; a species index in a graph counts in this list.
    std::vector<std::string> species;
    /// Å
    double cutoff;
    /// Number of cutoff hops that an atomic energy sees; 1 is no message passing.
    int depth;
    /// "float32" or "float64"
    std::string dtype;
    /// Names of the tensors that the model returns; "energy" is always there.
    std::vector<std::string> outputs;
    /// Energy of each species in eV, added to the network's in double precision.
    std::vector<double> baseline;
    /// Memory that one edge takes in an evaluation with gradients, bytes, measured at export.
    std::int64_t bytes_per_edge;
    /// Whether O(3) invariance is "exact" or "approximate".
    std::string symmetry_kind;
    std::vector<Reference> references;
    /// The whole document as it stands in the file, with provenance, licence and citation.
    std::string json;

    /// Index of a chemical symbol.
    /// @throws StructureError naming the species that the model knows
    std::int64_t species_index(const std::string& symbol) const;
};

/// Parses and validates a document.
/// @throws MetadataError that names the field
Metadata parse_metadata(const std::string& json);

/// Reads the metadata of a model file without loading the model.
/// @throws ModelFileError if the file is missing, truncated, no TorchScript archive or has no metadata
Metadata read_metadata(const std::string& path);

}  // namespace tumble
