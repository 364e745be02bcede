#pragma once
/// The metadata of a model file: `tumble.json` inside the TorchScript archive.
/// Versioned and validated when it is read; docs/model-file.md lists the fields.

#include <string>

#include "tumble/graph/structure.h"

namespace tumble {

/// Newest version of the format that this code reads.
inline constexpr int format_version = 1;

/// A structure in the model file, with the results of the model when it was exported.
struct Reference {
    std::string name;
    Structure structure;
    /// eV, including the baseline.
    double energy;
    /// eV/Å, shape [N, 3].
    std::vector<Vector3> forces;
    /// W_ab = −Σ_e v_e,a g_e,b in eV.
    Matrix3 virial;
};

struct Metadata {
    /// Printable text, like all texts here except the document itself.
    std::string name;
    /// Chemical symbols; a species in a graph is an index into this list.
    std::vector<std::string> species;
    /// Å
    double cutoff;
    /// Number of hops of one cutoff on which an atomic energy depends; 1 without message passing.
    int depth;
    /// "float32" or "float64"
    std::string dtype;
    /// Names of the tensors that the model returns; always with "energy".
    std::vector<std::string> outputs;
    /// Energy of each species in eV, which is added to the energy of the network in double precision.
    std::vector<double> baseline;
    /// Memory for one edge in an evaluation with gradients, bytes, measured at export.
    std::int64_t bytes_per_edge;
    /// Which invariance holds to rounding: "exact" for O(3), "rotations" for proper rotations without inversion, or
    /// "approximate".
    std::string symmetry_kind;
    std::vector<Reference> references;
    /// The whole document as in the file, with provenance, license and citation.
    std::string json;

    /// Whether inversion alone changes the energy: an error that the frame torque doesn't show.
    bool breaks_parity_alone() const { return symmetry_kind == "rotations"; }

    /// Return the smallest set of rotations whose average is exact for this model; empty if only an infinite one is.
    std::string sufficient_set() const {
        if (symmetry_kind == "exact") return "none";
        return breaks_parity_alone() ? "inversion" : "";
    }

    /// Return the index of a chemical symbol.
    /// @throws StructureError if the model lacks the species; the message lists its species
    std::int64_t species_index(const std::string& symbol) const;
};

/// Parse and validate a document.
/// @throws MetadataError if a field is missing or wrong; the message names it
Metadata parse_metadata(const std::string& json);

/// Read the metadata of a model file without loading the model.
/// @throws ModelFileError if the file is missing or truncated, isn't a TorchScript archive, or has no metadata
Metadata read_metadata(const std::string& path);

}  // namespace tumble
