using DeepSharp.Layers;

namespace DeepSharp.Training;

/// <summary>A network in evaluation mode for a while.</summary>
internal readonly ref struct EvaluationMode
{
    private readonly Module? _model;

    internal EvaluationMode(Module model)
    {
        _model = model.IsTraining ? model : null;
        model.Eval();
    }

    public void Dispose() => _model?.Train();
}
