using System.Collections;
using System.Runtime.CompilerServices;

namespace DeepSharp.Layers;

/// <summary>Modules one after another: <c>Sequential model = [new Dense(784, 256), new ReLU(), new Dense(256, 10)];</c></summary>
/// <remarks>
/// The modules are named by their numbers, as in PyTorch, or as they are told:
/// <c>new Sequential(("hidden", new Dense(784, 256)), ("relu", new ReLU()), ("head", new Dense(256, 10)))</c>. An activation after a <see cref="Dense"/> or
/// <see cref="BatchNorm"/> layer runs inside its kernel where it can, and so does the addition of a <see cref="Residual"/> before a
/// <see cref="BatchNorm"/> or <see cref="LayerNorm"/>.
/// </remarks>
[CollectionBuilder(typeof(SequentialBuilder), nameof(SequentialBuilder.Create))]
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    private readonly Module[] _modules;
    private readonly bool _isNamed;

    /// <summary>A chain of modules.</summary>
    /// <param name="modules">The modules, first to last.</param>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        _modules = modules.ToArray();
        for (int i = 0; i < _modules.Length; i++)
        {
            Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _modules[i]);
        }
    }

    /// <summary>A chain of modules with names.</summary>
    /// <param name="first">The first module.</param>
    /// <param name="others">Those behind it.</param>
    /// <exception cref="ArgumentException">A name comes twice, is empty, or has a dot.</exception>
    public Sequential((string Name, Module Module) first, params ReadOnlySpan<(string Name, Module Module)> others)
    {
        _isNamed = true;
        _modules = new Module[others.Length + 1];
        for (int i = 0; i < _modules.Length; i++)
        {
            (string name, Module module) = i == 0 ? first : others[i - 1];
            _modules[i] = Add(name, module);
        }
    }

    /// <summary>The number of modules.</summary>
    public int Count => _modules.Length;

    /// <summary>The module with this number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public Module this[int index] => (uint)index < (uint)_modules.Length
        ? _modules[index]
        : throw new ArgumentOutOfRangeException(nameof(index), $"Sequential: there is no module {index}; {(_modules.Length == 0
            ? "it has none." : $"it has {_modules.Length}, from 0 to {_modules.Length - 1}.")}");

    /// <summary>The module with this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Module this[string name] => Children.FirstOrDefault(child => child.Name == name).Value
        ?? throw new ArgumentException(
            $"Sequential: there is no module '{name}'. Its names are: {string.Join(", ", Children.Select(static child => child.Name))}.", nameof(name));

    /// <summary>The output of the last module, each fed with the one before.</summary>
    /// <param name="input">The input of the first.</param>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor x = input;
        for (int i = 0; i < _modules.Length; i++)
        {
            Tensor? residual = null;
            if (At(i) is Residual sum && At(i + 1) is INormalizesSum)
            {
                (x, residual) = sum.Branches(x);
                i++;
            }

            IFusesActivation? layer = residual is null ? At(i) as IFusesActivation : ((INormalizesSum)_modules[i]).With(residual);
            if (layer is not null && At(i + 1) is IActivation activation)
            {
                x = activation.After(layer, x);
                i++;
            }
            else
            {
                x = residual is null ? _modules[i].Output(x) : ((INormalizesSum)_modules[i]).Forward(x, residual);
            }
        }

        return x;
    }

    /// <summary>The chain for inference: each <see cref="BatchNorm"/> behind a <see cref="Dense"/> layer or a convolution becomes part of that
    /// layer's weight and bias, in chains, residuals and branches inside it, too.</summary>
    /// <remarks>Layers with a batch norm in them are new, with values of their own; the other modules are this chain's. Outputs are those of
    /// evaluation, but for rounding. A batch norm without running statistics stays where it is.</remarks>
    /// <example><code>
    /// model.Eval();
    /// Sequential fast = model.Fuse();
    /// </code></example>
    public Sequential Fuse()
    {
        RequireStack();
        List<(string Name, Module Module)> modules = [];
        for (int i = 0; i < _modules.Length; i++)
        {
            if (_modules[i] is IFoldsNorm layer && At(i + 1) is BatchNorm { TracksRunningStatistics: true } norm && norm.Features == layer.Outputs)
            {
                using TensorScope scope = Tensor.Scope();
                (Tensor scale, Tensor shift) = norm.AsScale();
                modules.Add((Children[i].Name, layer.Folded(scale, shift)));
                i++;
            }
            else
            {
                modules.Add((Children[i].Name, Fused(_modules[i])));
            }
        }

        return _isNamed ? new Sequential(modules[0], [.. modules[1..]]) : new Sequential([.. modules.Select(static named => named.Module)]);
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Module Fused(Module module) => module switch
    {
        Sequential chain => chain.Fuse(),
        Branches branches => branches.Of(branches.Children.Select(static child => Fused(child.Value)).ToArray()),
        Residual residual => new Residual(Fused(residual.Body), residual.Shortcut is null ? null : Fused(residual.Shortcut)),
        _ => module,
    };

    private Module? At(int index) => index < _modules.Length ? _modules[index] : null;
}
