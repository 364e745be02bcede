#include "tumble/model/torchscript_model.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include "tumble/base/error.h"
#include "tumble/model/archive_check.h"

namespace tumble {

namespace {

/// Remove all entries but `energy` from the dictionary that a program returns, and then the code that nothing needs any
/// more. A program that doesn't return a literal dictionary stays the same.
void keep_energy_alone(const std::shared_ptr<torch::jit::Graph>& graph) {
    if (graph->outputs().size() != 1) return;
    torch::jit::Value* returned = graph->outputs()[0];
    torch::jit::Node* dictionary = returned->node();
    if (dictionary->kind() != torch::jit::prim::DictConstruct || returned->uses().size() != 1) return;
    for (std::size_t after = dictionary->inputs().size(); after >= 2; after -= 2) {
        const auto key = torch::jit::toIValue(dictionary->input(after - 2));
        if (!key || !key->isString() || key->toStringRef() == "energy") continue;
        dictionary->removeInput(after - 1);
        dictionary->removeInput(after - 2);
    }
    torch::jit::EliminateDeadCode(graph);
}

class TorchScriptModel final : public Model {
  public:
    TorchScriptModel(const std::string& path, at::Device device, at::ScalarType dtype)
        : device_(device), dtype_(dtype) {
        const auto refuse = [&path](const std::string& reason) {
            throw ModelFileError(
                message("model file `", path, "`: damaged, or can't be loaded by this torch (", reason, ")"));
        };
        try {
            module_ = torch::jit::load(path, device);
        } catch (const c10::Error& error) {
            refuse(error.what_without_backtrace());
        } catch (const std::exception& error) {  // not always c10::Error, for example if code can't be parsed
            refuse(error.what());
        }
        if (!module_.find_method("forward")) refuse("it has no method `forward`");
        module_.eval();
        for (const auto& parameter : module_.parameters()) parameter.set_requires_grad(false);
    }

    at::Device device() const override { return device_; }
    at::ScalarType dtype() const override { return dtype_; }

    std::unordered_map<std::string, at::Tensor> forward(const at::Tensor& edge_vectors, const at::Tensor& edge_index,
                                                        const at::Tensor& reverse, const at::Tensor& species) override {
        // The optimizing executor compiles again whenever a shape changes, and the number of edges changes at nearly
        // every step. The plain interpreter has no such cost; benchmarks/overhead.py measures both.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        const c10::IValue result = module_.forward({edge_vectors, edge_index, reverse, species});
        std::unordered_map<std::string, at::Tensor> outputs;
        for (const auto& item : result.toGenericDict()) {
            outputs[item.key().toStringRef()] = item.value().toTensor();
        }
        return outputs;
    }

    void omit_other_outputs() override { keep_energy_alone(module_.get_method("forward").graph()); }

  private:
    torch::jit::Module module_;
    at::Device device_;
    at::ScalarType dtype_;
};

class TorchScriptFormat final : public ModelFormat {
  public:
    std::string name() const override { return "TorchScript archive"; }
    std::string extension() const override { return ".pt"; }

    /// Accept any zip archive, also one without code, for which `metadata` states what is missing.
    bool recognizes(const std::string&, std::string_view head) const override {
        return head.starts_with(std::string_view("PK\x03\x04"));
    }

    /// Also compares every record of the archive with its checksum.
    std::string metadata(const std::string& path) const override {
        const auto damaged = [&path](const std::string& reason) {
            return ModelFileError(message("model file `", path, "`: truncated or corrupt (", reason,
                                          "); get it again, or export it again"));
        };
        if (const std::string damage = damage_of_archive(path); !damage.empty()) throw damaged(damage);
        try {
            caffe2::serialize::PyTorchStreamReader reader(path);
            if (!reader.hasRecord("constants.pkl")) {
                throw ModelFileError(message("model file `", path,
                                             "`: expected a TorchScript archive, got an archive without code",
                                             " (weights saved by torch.save can't be run: use `tumble export`,",
                                             " or `tumble convert` for another package)"));
            }
            if (!reader.hasRecord("extra/tumble.json")) {
                throw ModelFileError(message("model file `", path,
                                             "`: this is a plain TorchScript file without Tumble's metadata;",
                                             " write the model with `tumble.export`"));
            }
            const auto [data, size] = reader.getRecord("extra/tumble.json");
            return {static_cast<const char*>(data.get()), size};
        } catch (const c10::Error& error) {
            throw damaged(error.what_without_backtrace());
        }
    }

    std::unique_ptr<Model> load(const std::string& path, at::Device device, const std::string& dtype) const override {
        return std::make_unique<TorchScriptModel>(path, device, dtype == "float64" ? at::kDouble : at::kFloat);
    }
};

}  // namespace

const ModelFormat& torchscript_format() {
    static const TorchScriptFormat format;
    return format;
}

}  // namespace tumble
