#include "operators/symmetry_functions.h"

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/library.h>

#include <algorithm>
#include <memory>

#include "operators/attention.h"
#include "operators/kernels.h"
#include "operators/parallel.h"
#include "operators/symmetry_tables.h"
#include "operators/symmetry_triplets.h"

namespace tumble {

namespace {

constexpr int64_t grain = 2;  // atoms; each has thousands of triplets

/// Call a kernel for all atoms.
template <typename T, typename Kernel>
void for_atoms(const SymmetryArrays<T>& arrays, int64_t atoms, const Kernel& kernel) {
    in_parallel(atoms, grain, [&](int64_t begin, int64_t end) {
        const std::unique_ptr<T[]> scratch(new T[size_t(kernels<T>().symmetry_scratch(arrays, begin, end))]);
        kernel(arrays, begin, end, scratch.get());
    });
}

int64_t largest(const at::Tensor& species) { return species.numel() == 0 ? -1 : species.max().item<int64_t>(); }

/// Arrays for the kernels, and the tables that they point to.
template <typename T>
struct Arguments {
    Arguments(const SymmetryGraph& graph, const SymmetrySettings& settings)
        : tables(settings.functions, species_count(graph, settings)) {
        tables.point(arrays);
        arrays.columns = settings.columns;
        arrays.form = settings.form;
        arrays.inner = T(settings.inner);
        arrays.first = graph.first.const_data_ptr<int64_t>();
        arrays.species = graph.species.const_data_ptr<int64_t>();
        arrays.neighbor_species = graph.neighbor_species.const_data_ptr<int64_t>();
        arrays.vectors = graph.vectors.const_data_ptr<T>();
    }
    static int64_t species_count(const SymmetryGraph& graph, const SymmetrySettings& settings) {
        int64_t last = std::max(largest(graph.species), largest(graph.neighbor_species));
        for (const auto& f : settings.functions) last = std::max({last, f.center, f.first, f.second});
        return last + 1;
    }
    SymmetryTables<T> tables;
    SymmetryArrays<T> arrays{};
};

template <typename T>
at::Tensor forward_of(const SymmetryGraph& graph, const SymmetrySettings& settings) {
    Arguments<T> arguments(graph, settings);
    at::Tensor values = at::zeros({graph.species.size(0), settings.columns}, graph.vectors.options());
    arguments.arrays.values = values.mutable_data_ptr<T>();
    for_atoms(arguments.arrays, graph.species.size(0), kernels<T>().symmetry_forward);
    return values;
}

template <typename T>
at::Tensor backward_of(const SymmetryGraph& graph, const SymmetrySettings& settings, const at::Tensor& gradient) {
    Arguments<T> arguments(graph, settings);
    at::Tensor of_vectors = at::empty_like(graph.vectors);
    arguments.arrays.gradient = gradient.const_data_ptr<T>();
    arguments.arrays.vectors_gradient = of_vectors.mutable_data_ptr<T>();
    for_atoms(arguments.arrays, graph.species.size(0), kernels<T>().symmetry_backward);
    return of_vectors;
}

at::Tensor forward_in_parts(const SymmetryGraph& graph, const SymmetrySettings& settings) {
    std::vector<at::Tensor> values{at::zeros({0, settings.columns}, graph.vectors.options())};
    for (const auto& part : parts_of(graph)) values.push_back(symmetry_of_triplets(part, settings));
    return at::cat(values);
}

at::Tensor backward_in_parts(const SymmetryGraph& graph, const SymmetrySettings& settings, const at::Tensor& gradient) {
    const at::AutoGradMode with_gradients(true);
    std::vector<at::Tensor> of_vectors{at::zeros({0, 3}, graph.vectors.options())};
    int64_t atom = 0;
    for (auto& part : parts_of({graph.vectors.detach(), graph.neighbor_species, graph.first, graph.species})) {
        part.vectors.requires_grad_();
        const at::Tensor values = symmetry_of_triplets(part, settings);
        const at::Tensor own = gradient.narrow(0, atom, part.species.size(0));
        atom += part.species.size(0);
        of_vectors.push_back(torch::autograd::grad({values}, {part.vectors}, {own})[0]);
    }
    return at::cat(of_vectors);
}

/// What the forward pass leaves to the backward pass, besides tensors.
struct Kept : torch::CustomClassHolder {
    Kept(SymmetrySettings settings_of_pass, bool with_kernels)
        : settings(std::move(settings_of_pass)), use_kernels(with_kernels) {}
    SymmetrySettings settings;
    bool use_kernels;
};

class Symmetry : public torch::autograd::Function<Symmetry> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& vectors,
                              const at::Tensor& neighbor_species, const at::Tensor& first, const at::Tensor& species,
                              const at::Tensor& functions, const at::Tensor& parameters, int64_t columns, int64_t form,
                              double inner, bool use_kernels) {
        const SymmetryGraph graph{vectors.contiguous(), neighbor_species.contiguous(), first.contiguous(),
                                  species.contiguous()};
        const auto kept = c10::make_intrusive<Kept>(
            SymmetrySettings{read_functions(functions, parameters, columns), columns, CutoffForm(form), inner},
            use_kernels);
        const SymmetrySettings& settings = kept->settings;
        context->save_for_backward({graph.vectors, graph.neighbor_species, graph.first, graph.species});
        context->saved_data["kept"] = c10::IValue::make_capsule(kept);
        if (!use_kernels) return forward_in_parts(graph, settings);
        return vectors.scalar_type() == at::kDouble ? forward_of<double>(graph, settings)
                                                    : forward_of<float>(graph, settings);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const SymmetryGraph graph{saved[0], saved[1], saved[2], saved[3]};
        const auto capsule = context->saved_data["kept"].toCapsule();
        const Kept& kept = static_cast<const Kept&>(*capsule);
        const SymmetrySettings& settings = kept.settings;
        const at::Tensor gradient = gradients[0].contiguous();
        at::Tensor of_vectors;
        if (at::GradMode::is_enabled()) {  // a gradient that is to be differentiated
            of_vectors = torch::autograd::grad({symmetry_of_triplets(graph, settings)}, {graph.vectors}, {gradient},
                                               std::nullopt, true)[0];
        } else if (!kept.use_kernels) {
            of_vectors = backward_in_parts(graph, settings, gradient);
        } else {
            of_vectors = gradient.scalar_type() == at::kDouble ? backward_of<double>(graph, settings, gradient)
                                                               : backward_of<float>(graph, settings, gradient);
        }
        return {of_vectors, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    }
};

void check_species(const char* name, const at::Tensor& species, int64_t count, const at::Tensor& vectors) {
    TORCH_CHECK(species.dim() == 1 && species.size(0) == count && species.scalar_type() == at::kLong &&
                    species.device() == vectors.device(),
                "tumble::symmetry_functions: `", name, "`: expected int64 [", count, "] on ", vectors.device(),
                ", got ", species.sizes(), " of ", species.scalar_type(), " on ", species.device());
    if (!species.is_cpu() || species.numel() == 0) return;
    const auto [least, most] = at::aminmax(species);
    TORCH_CHECK(least.item<int64_t>() >= 0 && most.item<int64_t>() < most_species, "tumble::symmetry_functions: `",
                name, "`: expected species from 0 to below ", most_species);
}

at::Tensor checked(const at::Tensor& vectors, const at::Tensor& neighbor_species, const at::Tensor& first,
                   const at::Tensor& species, const at::Tensor& functions, const at::Tensor& parameters,
                   int64_t columns, int64_t form, double inner, bool use_kernels) {
    TORCH_CHECK(vectors.dim() == 2 && vectors.size(1) == 3,
                "tumble::symmetry_functions: `edge_vectors`: expected [edges, 3], got ", vectors.sizes());
    TORCH_CHECK(first.device() == vectors.device(), "tumble::symmetry_functions: `first`: expected a tensor on ",
                vectors.device(), ", got ", first.device());
    check_first("symmetry_functions", first, vectors.size(0));
    const int64_t atoms = first.size(0) - 1;
    check_species("neighbor_species", neighbor_species, vectors.size(0), vectors);
    check_species("species", species, atoms, vectors);
    TORCH_CHECK(columns >= 0, "tumble::symmetry_functions: `columns`: expected 0 or more, got ", columns);
    TORCH_CHECK(form >= int64_t(CutoffForm::hard) && form <= int64_t(CutoffForm::poly4),
                "tumble::symmetry_functions: `form`: expected 0 to 8, got ", form);
    TORCH_CHECK(inner >= 0 && inner < 1, "tumble::symmetry_functions: `inner`: expected 0 to below 1, got ", inner);
    TORCH_CHECK(!at::GradMode::is_enabled() || !parameters.requires_grad(),
                "tumble::symmetry_functions: `parameters`: expected a tensor without gradients");
    return Symmetry::apply(vectors, neighbor_species, first, species, functions, parameters, columns, form, inner,
                           use_kernels);
}

at::Tensor symmetry_functions_by_triplets(const at::Tensor& edge_vectors, const at::Tensor& neighbor_species,
                                          const at::Tensor& first, const at::Tensor& species,
                                          const at::Tensor& functions, const at::Tensor& parameters, int64_t columns,
                                          int64_t form, double inner) {
    return checked(edge_vectors, neighbor_species, first, species, functions, parameters, columns, form, inner, false);
}

}  // namespace

at::Tensor symmetry_functions(const at::Tensor& edge_vectors, const at::Tensor& neighbor_species,
                              const at::Tensor& first, const at::Tensor& species, const at::Tensor& functions,
                              const at::Tensor& parameters, int64_t columns, int64_t form, double inner) {
    return checked(edge_vectors, neighbor_species, first, species, functions, parameters, columns, form, inner,
                   has_kernels(edge_vectors));
}

TORCH_LIBRARY_FRAGMENT(tumble, library) {
    library.def(
        "symmetry_functions(Tensor edge_vectors, Tensor neighbor_species, Tensor first, Tensor species, "
        "Tensor functions, Tensor parameters, int columns, int form, float inner) -> Tensor",
        symmetry_functions);
    library.def(
        "symmetry_functions_by_triplets(Tensor edge_vectors, Tensor neighbor_species, Tensor first, Tensor species, "
        "Tensor functions, Tensor parameters, int columns, int form, float inner) -> Tensor",
        symmetry_functions_by_triplets);
}

}  // namespace tumble
